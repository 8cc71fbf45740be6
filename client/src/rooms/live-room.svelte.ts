/**
 * A live room, from the green room to its end. Components draw it and call its methods; `presence.ts` keeps the place and
 * the media, `room-facts.svelte.ts` and `room-link.svelte.ts` hold what is known.
 */
import type { ReceiveMode } from '@peerlearn/contract/media'
import type { Socket } from '../lib/socket.ts'
import { forgetRoom, rememberRoom } from './choices.ts'
import { Conversation } from './conversation.svelte.ts'
import { keepFresh } from './freshness.ts'
import { LocalMedia } from './local-media.svelte.ts'
import { News } from './news.svelte.ts'
import { againMs, isPassing } from './passing.ts'
import { prepareRoom } from './prepare.ts'
import type { Prepared } from './prepare.ts'
import { Presence } from './presence.ts'
import { endingBefore, endingOf, refusalOf } from './refusals.ts'
import type { Ending } from './refusals.ts'
import { RoomActions } from './room-actions.ts'
import { hearRoom } from './room-events.ts'
import { RoomFacts } from './room-facts.svelte.ts'
import { RoomLink } from './room-link.svelte.ts'
import type { Joined } from './seat.ts'
import { ViewReport } from './view-report.ts'

/** `green`: before the room. `over`: not in it any more, or never. */
export type Phase =
  | { name: 'preparing' }
  | { name: 'green'; joining: boolean; refusal: string | null }
  | { name: 'in' }
  | { name: 'over'; ending: Ending }

export class LiveRoom {
  readonly sessionId: string
  readonly local = new LocalMedia()
  readonly news = new News()
  /** How my link carries and what it costs; to the mentor, every learner's. */
  readonly link = new RoomLink()
  readonly facts: RoomFacts
  readonly actions: RoomActions
  readonly conversation: Conversation
  readonly view: ViewReport
  #socket: Socket
  #presence: Presence
  #stops: (() => void)[] = []
  #preparing: Promise<void> | null = null
  #phase = $state.raw<Phase>({ name: 'preparing' })
  #prepared = $state.raw<Prepared | null>(null)
  #open = $state(false)

  constructor(sessionId: string, socket: Socket) {
    const request: Socket['request'] = (method, data, limitMs) => socket.request(method, data, limitMs)
    this.sessionId = sessionId
    this.#socket = socket
    this.facts = new RoomFacts(sessionId)
    this.actions = new RoomActions(request)
    this.conversation = new Conversation(request, this.news)
    this.view = new ViewReport(
      (tiles) =>
        void request('view.set', { tiles }).catch((error: unknown) => {
          if (isPassing(error)) setTimeout(() => this.view.restart(), againMs)
        }),
      (producerId) => this.facts.rankOf(producerId),
    )
    this.#presence = new Presence({
      socket,
      sessionId,
      facts: this.facts,
      link: this.link,
      local: this.local,
      view: this.view,
      news: this.news,
      maySend: () => this.maySend,
      onePicture: () => !this.mentor,
      onJoined: (answer) => this.#onJoined(answer),
      onIn: () => (this.#phase = { name: 'in' }),
      onEnding: (ending) => this.end(ending),
    })
    this.#listen()
  }

  get phase(): Phase {
    return this.#phase
  }

  /** What the green room shows; null until it is known. */
  get prepared(): Prepared | null {
    return this.#prepared
  }

  /** Whether I teach this class. */
  get mentor(): boolean {
    return this.#prepared?.you.role === 'mentor'
  }

  get userId(): string {
    return this.#prepared?.you.userId ?? ''
  }

  /** Whether the class has begun. */
  get open(): boolean {
    return this.#open
  }

  /** Whether Join would let me in: the mentor opens the room, a learner waits for that. */
  get joinable(): boolean {
    return this.#prepared !== null && (this.#open || this.mentor)
  }

  /** The room has a stage: only the mentor and those on it send. */
  get staged(): boolean {
    return this.facts.staged
  }

  /** Is this person on stage? */
  onStage(userId: string): boolean {
    return this.facts.onStage(userId)
  }

  /** May I send sound and pictures? */
  get maySend(): boolean {
    return this.mentor || this.facts.onStage(this.userId)
  }

  /** Of a learner one picture is sent: a screen takes the place of their camera, which stays on. */
  get cameraRests(): boolean {
    return !this.mentor && this.local.screen !== null && this.local.cameraOn
  }

  /** Receives so from now on; the mode also in the next rooms. Rejects with the server's refusal. */
  async receive(mode: ReceiveMode, budgetBytes: number | null): Promise<void> {
    this.link.receiving = await this.#socket.request('receive.set', { mode, budgetBytes })
  }

  /** Learns what the green room and the click on Join need, however long the server takes to be reached. */
  prepare(): Promise<void> {
    this.#preparing ??= this.#prepare().finally(() => (this.#preparing = null))
    return this.#preparing
  }

  /** Takes the seat; what refuses it is in `phase`. */
  async join(): Promise<void> {
    performance.clearMarks('room.first-frame')
    performance.mark('room.click')
    this.#phase = { name: 'green', joining: true, refusal: null }
    try {
      await this.#presence.join()
    } catch (error) {
      const { code, message } = refusalOf(error)
      const ending = endingOf(code)
      if (code === 'not-open') this.#open = false
      if (ending) this.end(ending)
      else this.#phase = { name: 'green', joining: false, refusal: message }
    }
  }

  /** Gives the seat back. */
  leave(): void {
    if (this.#presence.taken) this.actions.leave()
    this.end('left')
  }

  /** Stops everything and says why; only the first reason counts. */
  end(ending: Ending): void {
    if (this.#phase.name === 'over') return
    this.#phase = { name: 'over', ending }
    forgetRoom()
    for (const stop of this.#stops.splice(0)) stop()
    this.#presence.close()
    this.local.close()
    this.view.close()
    this.news.close()
  }

  async #prepare(): Promise<void> {
    const { device } = this.#presence.media
    try {
      const goesOn = () => this.#phase.name !== 'over'
      const prepared = await prepareRoom(this.#socket, this.sessionId, device, goesOn)
      if (prepared) this.#onPrepared(prepared)
    } catch (error) {
      const { code } = refusalOf(error)
      // What was known before is good enough to go on with.
      if (endingOf(code) || !this.#prepared) this.end(endingBefore(code))
    }
  }

  #onPrepared(prepared: Prepared): void {
    this.#prepared = prepared
    this.local.allow(!prepared.viewOnly)
    this.#open = prepared.open
    if (this.#phase.name === 'preparing') this.#phase = { name: 'green', joining: false, refusal: null }
  }

  #onJoined({ state }: Joined): void {
    if (this.#phase.name !== 'in') this.conversation.read(state.seq)
    this.conversation.resend(state.chat)
    rememberRoom(this.sessionId)
  }

  #listen(): void {
    const { facts, news, conversation, local } = this
    const presence = this.#presence
    this.#stops.push(
      hearRoom({
        socket: this.#socket,
        sessionId: this.sessionId,
        told: (handle) => presence.told(handle),
        facts,
        news,
        conversation,
        local,
        link: this.link,
        media: presence.media,
        me: () => ({ userId: this.userId, maySend: this.maySend }),
        onMissed: () => presence.comeBack(),
        onMediaLost: () => presence.onMediaLost(),
        onSpeakers: () => this.view.reorder(),
        onStarted: () => {
          this.#open = true
          this.#refresh() // who is there by now
        },
        onEnding: (ending) => this.end(ending),
      }),
      keepFresh(this.#socket, this.sessionId, () => this.#refresh()),
      this.#socket.onState(() => this.#onSocket()),
    )
  }

  /** Whoever waits in the green room reads what is true now. */
  #refresh(): void {
    if (this.#phase.name === 'green' && !this.#phase.joining) void this.prepare()
  }

  #onSocket(): void {
    const { state, reason } = this.#socket
    if (state === 'closed' && reason === 'signed-out') this.end('signed-out')
    if (this.#presence.taken) this.#presence.onSocket()
    // The class may have begun, or ended, while nobody could tell.
    else if (state === 'open') this.#refresh()
  }
}
