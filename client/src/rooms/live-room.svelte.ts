/**
 * A live room, from the green room to its end. Components draw it and call its methods; `seat.ts` keeps the place,
 * `media.ts` and `outgoing.ts` carry pictures and sounds, `room-facts.svelte.ts` holds what is known.
 */
import type { ClientNotices, ClientOutput } from '@peerlearn/contract/client-channel'
import type { RoomEvent } from '@peerlearn/contract/room-state'
import { roomEventKinds } from '@peerlearn/contract/rooms'
import { turnRoutes } from '@peerlearn/contract/turn'
import { call } from '../lib/api.ts'
import type { Socket } from '../lib/socket.ts'
import { forgetRoom, rememberRoom } from './choices.ts'
import { Conversation } from './conversation.svelte.ts'
import { keepFresh } from './freshness.ts'
import { LocalMedia } from './local-media.svelte.ts'
import { Media } from './media.ts'
import type { MediaLink } from './media.ts'
import { hearMedia } from './media-notices.ts'
import { News } from './news.svelte.ts'
import { Outgoing } from './outgoing.ts'
import { endingOf, refusalOf } from './refusals.ts'
import type { Ending } from './refusals.ts'
import { RoomActions } from './room-actions.ts'
import { RoomFacts } from './room-facts.svelte.ts'
import { Seat } from './seat.ts'
import type { Joined, Rejoined } from './seat.ts'
import { ViewReport } from './view-report.ts'

export type Prepared = ClientOutput<'room.prepare'>
/** `green`: before the room. `over`: not in it any more, or never. */
export type Phase =
  | { name: 'preparing' }
  | { name: 'green'; joining: boolean; refusal: string | null }
  | { name: 'in' }
  | { name: 'over'; ending: Ending }

/** Longer than a consumer takes to be told after its producer: past it, something was missed. */
const settledMs = 2500

export class LiveRoom {
  readonly sessionId: string
  readonly local = new LocalMedia()
  readonly news = new News()
  readonly facts: RoomFacts
  readonly actions: RoomActions
  readonly conversation: Conversation
  readonly view: ViewReport
  #socket: Socket
  #media: Media
  #outgoing: Outgoing
  #seat: Seat
  #stops: (() => void)[] = []
  #settled: ReturnType<typeof setTimeout> | undefined
  #preparing: Promise<void> | null = null
  #phase = $state.raw<Phase>({ name: 'preparing' })
  #prepared = $state.raw<Prepared | null>(null)
  #open = $state(false)
  #mediaLink = $state<MediaLink>('connecting')

  constructor(sessionId: string, socket: Socket) {
    const request: Socket['request'] = (method, data, limitMs) => socket.request(method, data, limitMs)
    this.sessionId = sessionId
    this.#socket = socket
    this.facts = new RoomFacts(sessionId)
    this.actions = new RoomActions(request)
    this.conversation = new Conversation(request, this.news)
    this.view = new ViewReport((tiles) => void request('view.set', { tiles }).catch(() => undefined))
    this.#media = new Media({
      request,
      iceServers: async () => (await call(turnRoutes.iceServers, {})).iceServers,
      onIncoming: (incoming) => this.facts.addIncoming(incoming),
      onLink: (link) => (this.#mediaLink = link),
      onBroken: () => this.#seat.rebuildMedia(),
    })
    this.#outgoing = new Outgoing({
      media: this.#media,
      request,
      onFault: (source, error) => this.#onSendFault(source, error),
    })
    this.#seat = new Seat({
      socket,
      sessionId,
      rtpCapabilities: () => this.#media.rtpCapabilities,
      onJoined: (answer) => this.#onJoined(answer),
      onRejoined: (answer) => this.#onRejoined(answer),
      onEnding: (ending) => this.end(ending),
    })
    this.local.onChange = () => this.#outgoing.want(this.local.wanted(!this.mentor))
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

  get mediaLink(): MediaLink {
    return this.#mediaLink
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
      await this.#seat.join()
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
    if (this.#seat.peerId) this.actions.leave()
    this.end('left')
  }

  /** Stops everything and says why; only the first reason counts. */
  end(ending: Ending): void {
    if (this.#phase.name === 'over') return
    this.#phase = { name: 'over', ending }
    forgetRoom()
    clearTimeout(this.#settled)
    for (const stop of this.#stops.splice(0)) stop()
    this.#seat.close()
    this.local.close()
    this.#outgoing.close()
    this.#media.close()
    this.view.close()
    this.news.close()
  }

  async #prepare(): Promise<void> {
    while (this.#phase.name !== 'over') {
      try {
        await this.#socket.opened()
        const prepared = await this.#socket.request('room.prepare', { sessionId: this.sessionId })
        await this.#media.load(prepared.rtpCapabilities)
        this.#prepared = prepared
        this.#open = prepared.open
        if (this.#phase.name === 'preparing') this.#phase = { name: 'green', joining: false, refusal: null }
        return
      } catch (error) {
        const { code } = refusalOf(error)
        if (code === 'offline' || code === 'timeout') continue
        const ending = endingOf(code)
        // What was known before is good enough to go on with.
        if (ending || !this.#prepared) return this.end(ending ?? 'failed')
        return
      }
    }
  }

  #onJoined(answer: Joined): void {
    this.facts.join(answer)
    if (this.#phase.name !== 'in') this.conversation.read(answer.state.seq)
    if (answer.media) void this.#startMedia({ ...answer, media: answer.media })
    else this.#goOn(answer)
    this.conversation.resend(answer.state.chat)
    this.view.restart()
    rememberRoom(this.sessionId)
  }

  #onRejoined(answer: Rejoined): void {
    this.facts.setProducers(answer.producers)
    void this.#startMedia(answer)
    this.view.restart()
  }

  /**
   * What comes in is set up first. Drawing the room and sending one's own follow while ICE and DTLS are under way: before,
   * they would hold up the first picture.
   */
  async #startMedia({ media, iceServers }: Pick<Rejoined, 'media' | 'iceServers'>): Promise<void> {
    this.facts.clearIncoming()
    await this.#media.start(media, iceServers)
    if (this.#phase.name === 'over') return
    this.#outgoing.restart()
    this.#phase = { name: 'in' }
  }

  /** The socket was away and the media were not: only what was missed is set right. */
  #goOn({ peerId, producers }: Joined): void {
    for (const consumerId of this.facts.stale) this.#dropIncoming(consumerId)
    this.#outgoing.check(producers.filter((producer) => producer.peerId === peerId))
    this.#media.nudge()
    clearTimeout(this.#settled)
    this.#settled = setTimeout(() => this.facts.incomplete && this.#seat.rebuildMedia(), settledMs)
  }

  #dropIncoming(consumerId: string): void {
    this.#media.remove(consumerId)
    this.facts.removeIncoming(consumerId)
  }

  #onEvent(event: RoomEvent): void {
    if (event.sessionId !== this.sessionId) return
    const gone = event.kind === 'peer.left' ? this.facts.nameOf(event.data.userId) : ''
    if (!this.facts.fold(event)) return this.#seat.comeBack()
    if (event.kind === 'room.closed') this.end('ended')
    if (event.kind === 'chat.message') this.conversation.arrived(event.data.clientId)
    if (event.kind === 'peer.muted' && event.data.userId === this.userId) void this.#onMuted()
    this.news.of(event, { me: this.userId, nameOf: (id) => (gone ? gone : this.facts.nameOf(id)) })
  }

  async #onMuted(): Promise<void> {
    await this.local.setMicrophone(false)
    this.news.tell('The mentor muted you. Press M when you want to speak.')
  }

  #onSendFault(source: string, error: unknown): void {
    const { code, message } = refusalOf(error)
    if (code === 'peer-lost') this.#seat.rebuildMedia()
    else if (code === 'not-in-room') this.#seat.comeBack()
    // Without a connection the return of the socket sets it right.
    else if (code !== 'offline' && code !== 'timeout')
      this.news.tell(`Your ${source} can’t be sent: ${message}`)
  }

  #listen(): void {
    const told = <N extends keyof ClientNotices>(name: N, handle: (data: ClientNotices[N]) => void) =>
      this.#stops.push(this.#socket.on(name, (data) => this.#seat.told(() => handle(data))))
    const ofMine = (name: 'session.started' | 'session.ended' | 'session.cancelled', handle: () => void) =>
      this.#stops.push(this.#socket.on(name, (told) => told.sessionId === this.sessionId && handle()))
    for (const kind of roomEventKinds) told(kind, (event) => this.#onEvent(event))
    hearMedia(told, this.facts, this.#media, this.news)
    told('media.lost', () => this.#seat.rebuildMedia())
    told('room.replaced', ({ sessionId }) => sessionId === this.sessionId && this.end('replaced'))
    told('room.removed', ({ sessionId }) => sessionId === this.sessionId && this.end('removed'))
    ofMine('session.started', () => this.#onStarted())
    ofMine('session.ended', () => this.end('ended'))
    ofMine('session.cancelled', () => this.end('session-cancelled'))
    this.#stops.push(keepFresh(this.#socket, this.sessionId, () => this.#refresh()))
    this.#stops.push(this.#socket.onState(() => this.#onSocket()))
    const online = () => this.#media.nudge()
    addEventListener('online', online)
    this.#stops.push(() => removeEventListener('online', online))
  }

  #onStarted(): void {
    this.#open = true
    this.#refresh() // who is there by now
  }

  /** Whoever waits in the green room reads what is true now. */
  #refresh(): void {
    if (this.#phase.name === 'green' && !this.#phase.joining) void this.prepare()
  }

  #onSocket(): void {
    const { state, reason } = this.#socket
    if (state === 'closed' && reason === 'signed-out') this.end('signed-out')
    if (state !== 'open') return
    if (this.#seat.peerId) this.#seat.comeBack()
    // The class may have begun, or ended, while nobody could tell.
    else this.#refresh()
  }
}
