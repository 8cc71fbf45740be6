/**
 * Being in a room: the seat, the media and the upkeep of the link, and what each must do when another one falters or comes
 * back. What is known meanwhile goes into facts and link.
 */
import type { FirstView } from '@peerlearn/contract/media'
import { turnRoutes } from '@peerlearn/contract/turn'
import { call } from '../lib/api.ts'
import type { Socket } from '../lib/socket.ts'
import { gridCapacity } from './layout.ts'
import { LinkUpkeep } from './link-upkeep.ts'
import type { LocalMedia } from './local-media.svelte.ts'
import type { MediaLink } from './media.ts'
import type { News } from './news.svelte.ts'
import { againMs, isPassing } from './passing.ts'
import { refusalOf } from './refusals.ts'
import type { Ending } from './refusals.ts'
import type { RoomFacts } from './room-facts.svelte.ts'
import type { RoomLink } from './room-link.svelte.ts'
import { RoomMedia } from './room-media.ts'
import { Seat } from './seat.ts'
import type { Joined, Rejoined } from './seat.ts'
import type { ViewReport } from './view-report.ts'

interface Ports {
  socket: Socket
  sessionId: string
  facts: RoomFacts
  link: RoomLink
  local: LocalMedia
  view: ViewReport
  news: News
  maySend: () => boolean
  /** A learner sends one picture: the screen instead of the camera. */
  onePicture: () => boolean
  /** The seat is ours (again). */
  onJoined: (answer: Joined) => void
  /** Everything that was already sent is set up: the room can be drawn. */
  onIn: () => void
  onEnding: (ending: Ending) => void
}

/** Longer than a consumer takes to be told after it was asked for: past it, something was missed. */
const settledMs = 2500
const mostFirst = 25

export class Presence {
  readonly media: RoomMedia
  #ports: Ports
  #upkeep: LinkUpkeep
  #seat: Seat
  #in = false
  #closed = false
  #settled: ReturnType<typeof setTimeout> | undefined

  constructor(ports: Ports) {
    this.#ports = ports
    const { socket, sessionId, link, local } = ports
    this.media = this.#createMedia()
    this.#upkeep = new LinkUpkeep({
      socket,
      lines: () => this.media.lines,
      link: () => link.media,
      doubt: () => this.media.doubt(),
      onMeter: (reading) => (link.meter = reading),
      onRecovery: (state) => (link.recovery = state),
    })
    this.#seat = new Seat({
      socket,
      sessionId,
      coming: () => ({ rtpCapabilities: this.media.device.rtpCapabilities, view: this.#firstView() }),
      onJoined: (answer) => this.#onJoined(answer),
      onRejoined: (answer) => this.#onRejoined(answer),
      onEnding: ports.onEnding,
    })
    local.onChange = () => this.#send()
  }

  /** The seat is ours, though the socket may be away. */
  get taken(): boolean {
    return this.#seat.peerId !== null
  }

  /** Takes the seat. Rejects with the refusal. */
  join(): Promise<void> {
    return this.#seat.join()
  }

  /** Something was told: it is handled now, or after the answer under way. */
  told(handle: () => void): void {
    this.#seat.told(handle)
  }

  /** Events were missed: the seat is asked for again. */
  comeBack(): void {
    this.#seat.comeBack()
  }

  /** The socket went or came. */
  onSocket(): void {
    if (this.#ports.socket.state === 'open') this.#seat.comeBack()
    else if (this.#in) this.#upkeep.onSocketLost()
  }

  /** The server lost our transports. */
  onMediaLost(): void {
    this.#upkeep.onMediaLost()
    this.#seat.rebuildMedia()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#settled)
    this.#seat.close()
    this.#upkeep.close()
    this.media.close()
  }

  #onJoined(answer: Joined): void {
    const { facts, link, local, view } = this.#ports
    facts.join(answer)
    link.join(answer)
    local.allow(this.#ports.maySend())
    this.media.speak(answer.codecs)
    if (this.#in && answer.media) this.#upkeep.onAnew('rejoin')
    if (answer.media) void this.#startMedia({ ...answer, media: answer.media })
    else this.#goOn(answer)
    this.#ports.onJoined(answer)
    view.restart()
  }

  #onRejoined(answer: Rejoined): void {
    this.#upkeep.onAnew('transports')
    this.#ports.facts.setProducers(answer.producers)
    void this.#startMedia(answer)
    this.#ports.view.restart()
  }

  /**
   * What comes in is set up first. Drawing the room and sending one's own follow while ICE and DTLS are under way: before,
   * they would hold up the first picture.
   */
  async #startMedia({ media, iceServers }: Pick<Rejoined, 'media' | 'iceServers'>): Promise<void> {
    await this.media.start(media, iceServers)
    if (this.#closed) return
    this.#in = true
    this.#ports.onIn()
    this.#upkeep.start()
  }

  /** The socket was away and the media were not: only what was missed is set right. */
  #goOn({ peerId, producers, iceServers }: Joined): void {
    for (const consumerId of this.#ports.facts.stale) this.media.remove(consumerId)
    this.media.check(producers.filter((producer) => producer.peerId === peerId))
    this.media.nudge(iceServers)
    clearTimeout(this.#settled)
    this.#settled = setTimeout(() => this.#rebuildIncomplete(), settledMs)
  }

  /** In a mode that spares, pictures are missing on purpose. */
  #rebuildIncomplete(): void {
    const { facts, link, view } = this.#ports
    const sparing = link.receiving !== null && link.receiving.mode !== 'full'
    if (!sparing && facts.incomplete((producerId) => view.wants(producerId))) this.#seat.rebuildMedia()
  }

  /** As many pictures as fit: those on screen, or at first what the window will hold. */
  #firstView(): FirstView {
    const { innerWidth: width, innerHeight: height } = window
    return { videos: Math.min(mostFirst, this.#ports.view.size || gridCapacity({ width, height })) }
  }

  #createMedia(): RoomMedia {
    const { socket, facts, view } = this.#ports
    return new RoomMedia({
      socket,
      iceServers: async () => (await call(turnRoutes.iceServers, {})).iceServers,
      firstView: () => this.#firstView(),
      hasRival: (info) => facts.hasRival(info),
      onIncoming: (incoming) => facts.addIncoming(incoming),
      onGone: (consumerId) => facts.removeIncoming(consumerId),
      onFlowing: (consumerId) => facts.setFlowing(consumerId),
      onLink: (link) => this.#onLink(link),
      onBroken: () => this.#seat.rebuildMedia(),
      onSendFault: (source, error) => this.#onSendFault(source, error),
      onMoving: ({ producers }) => {
        facts.setProducers(producers)
        view.restart()
      },
      onMoved: (ms) => {
        this.#upkeep.onMoved(ms)
        view.restart()
      },
    })
  }

  #onLink(link: MediaLink): void {
    this.#ports.link.media = link
    if (link === 'reconnecting') this.#upkeep.onFaltering()
  }

  #send(): void {
    const { local, onePicture } = this.#ports
    this.media.want(local.wanted(onePicture()))
  }

  #onSendFault(source: string, error: unknown): void {
    const { code, message } = refusalOf(error)
    if (isPassing(error)) setTimeout(() => this.#closed || this.#send(), againMs)
    else if (code === 'peer-lost' || code === 'not-found') this.#seat.rebuildMedia()
    else if (code === 'not-in-room') this.#seat.comeBack()
    // Without a connection the return of the socket sets it right; off stage, its event does.
    else if (code !== 'offline' && code !== 'timeout' && code !== 'not-on-stage')
      this.#ports.news.tell(`Your ${source} can’t be sent: ${message}`)
  }
}
