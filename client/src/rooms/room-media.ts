/**
 * Everything that this page sends and receives in a room, over whichever transports carry it now: one set of them, and for
 * a moment two while the room moves to another node. No Svelte.
 */
import type { types } from 'mediasoup-client'
import type { ClientOutput } from '@peerlearn/contract/client-channel'
import type {
  ConsumerInfo,
  FirstView,
  MediaSetup,
  ProducerInfo,
  Source,
  VideoCodec,
} from '@peerlearn/contract/media'
import type { IceServer } from '@peerlearn/contract/turn'
import { retryDelay } from '../lib/retry-delay.ts'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { codecFor } from './encodings.ts'
import { MediaDevice } from './media-device.ts'
import { Media } from './media.ts'
import type { Incoming, MediaLink } from './media.ts'
import { lineFor, tellMoved, untilCarriesOver } from './moving.ts'
import type { Line } from './moving.ts'
import { Outgoing } from './outgoing.ts'
import type { WantedSources } from './outgoing.ts'
import { untilCarries } from './rivals.ts'
import { RoomCodecs } from './room-codecs.ts'
import { inOrderOf, lastWay } from './ways.ts'

type Moved = ClientOutput<'media.move'>

interface Ports {
  socket: Pick<Socket, 'request' | 'opened'>
  /** Fresh TURN credentials for an ICE restart. */
  iceServers: () => Promise<IceServer[]>
  firstView: () => FirstView
  onIncoming: (incoming: Incoming) => void
  onGone: (consumerId: string) => void
  /** Does the same sound or picture arrive already? */
  hasRival: (info: ConsumerInfo) => boolean
  /** This consumer, which has a rival, carries something. */
  onFlowing: (consumerId: string) => void
  onLink: (link: MediaLink) => void
  /** The transports are beyond mending: ask for new ones. */
  onBroken: () => void
  onSendFault: (source: Source, error: unknown) => void
  /** New transports stand beside the old ones: what is sent in the room, as the answer says. */
  onMoving: (answer: Moved) => void
  onMoved: (ms: number) => void
}

/** Encoding the costlier codecs leaves enough for the rest of the machine. */
const strongCores = 4
const moveTries = 10

export class RoomMedia {
  readonly device = new MediaDevice()
  #ports: Ports
  #now: Line | null = null
  #next: Line | null = null
  #wanted: WantedSources = {}
  #codecs = new RoomCodecs(() => {
    for (const { outgoing } of this.#lines) outgoing.recode()
  })
  /** Grows with everything that makes an earlier move void. */
  #moves = 0

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** All transports there are now, the ones in use first. */
  get lines(): Media[] {
    return [this.#now, this.#next].flatMap((line) => (line ? [line.media] : []))
  }

  get link(): MediaLink {
    return this.#now?.media.link ?? 'connecting'
  }

  /** Sets up both transports, earlier ones are closed. Resolves when everything that is already sent is set up. */
  async start(setup: MediaSetup, iceServers: IceServer[]): Promise<void> {
    this.#closeLines()
    const line = (this.#now = this.#line(setup, iceServers))
    await line.media.settled
    if (line === this.#now) line.outgoing.want(this.#wanted)
  }

  /** Sends exactly this from now on, as soon as it can. */
  want(wanted: WantedSources): void {
    this.#wanted = wanted
    for (const { outgoing } of this.#lines) outgoing.want(wanted)
  }

  /** The socket was away: what the server has of us is set right. */
  check(mine: ProducerInfo[]): void {
    for (const { media } of this.#lines) media.resume()
    // During a move it has producers of both.
    if (this.#now && !this.#next) this.#now.outgoing.check(mine)
  }

  /** Everybody present decodes these; what is sent in another is sent anew. */
  speak(codecs: readonly VideoCodec[]): void {
    this.#codecs.speak(codecs)
  }

  limit(producerId: string, layer: number): void {
    for (const { outgoing } of this.#lines) outgoing.limit(producerId, layer)
  }

  open(info: ConsumerInfo): void {
    void lineFor(this.#lines, info.transportId)?.media.open(info)
  }

  remove(consumerId: string): void {
    for (const { media } of this.#lines) media.remove(consumerId)
  }

  /** Less is to come, for a reason: silence is no sign of trouble. */
  expectLess(): void {
    for (const media of this.lines) media.recv.flow.excuse()
  }

  /** Mends at once what is not connected; these are the newest TURN credentials. */
  nudge(iceServers: IceServer[]): void {
    for (const media of this.lines) media.nudge(inOrderOf(lastWay(), iceServers))
  }

  /** Makes the way anew, whatever the state says. */
  doubt(): void {
    for (const media of this.lines) for (const path of media.paths) path.doubt()
  }

  /** The node is to be emptied: new transports on another, then the old ones go. Repeating it begins anew. */
  async move(): Promise<void> {
    const mine = ++this.#moves
    const current = () => mine === this.#moves && this.#now !== null
    const startedAt = Date.now()
    for (let tries = 0; current(); tries++) {
      try {
        if (await this.#moveOnce(current)) return this.#ports.onMoved(Date.now() - startedAt)
      } catch (error) {
        const code = error instanceof SocketError ? error.code : 'failed'
        // The seat comes back by other means, and brings its media.
        if (code === 'not-in-room' || code === 'peer-lost') return
        // Nowhere to go: it stays, and is asked again when there is somewhere.
        if (code === 'media-unavailable' && tries >= moveTries) return
      }
      await new Promise((done) => setTimeout(done, retryDelay(Math.min(tries + 1, 4))))
      await this.#ports.socket.opened().catch(() => undefined)
    }
  }

  close(): void {
    this.#wanted = {}
    this.#codecs.close()
    this.#closeLines()
  }

  get #lines(): Line[] {
    return [this.#now, this.#next].flatMap((line) => line ?? [])
  }

  async #moveOnce(current: () => boolean): Promise<boolean> {
    const old = this.#now
    const answer = await this.#ports.socket.request('media.move', {
      rtpCapabilities: this.device.rtpCapabilities,
      view: this.#ports.firstView(),
    })
    if (!old || !current()) return false
    this.#drop(this.#next)
    const fresh = (this.#next = this.#line(answer.media, answer.iceServers))
    this.#ports.onMoving(answer)
    await fresh.media.settled
    fresh.outgoing.want(this.#wanted)
    const carries = await untilCarriesOver(old, fresh, current)
    if (!current()) return false
    if (!carries) {
      this.#drop(fresh)
      this.#next = null
      return false
    }
    this.#now = fresh
    this.#next = null
    await tellMoved(this.#ports.socket, current)
    this.#drop(old)
    this.#ports.onLink(this.link)
    return true
  }

  #line(setup: MediaSetup, iceServers: IceServer[]): Line {
    const { socket } = this.#ports
    const request: Socket['request'] = (method, data, limitMs) => socket.request(method, data, limitMs)
    const isNow = () => this.#now?.media === media
    const media: Media = new Media(
      {
        ...this.#ports,
        device: this.device,
        request,
        onIncoming: (incoming, consumer) => this.#onIncoming(incoming, consumer),
        onLink: () => isNow() && this.#ports.onLink(media.link),
        // A new line that comes to nothing is given up by the move.
        onBroken: () => isNow() && this.#ports.onBroken(),
      },
      setup,
      inOrderOf(lastWay(), iceServers),
    )
    const outgoing = new Outgoing({
      media,
      request,
      codecFor: (source) => {
        const codec = this.#codecFor(source)
        return { codec, capability: this.device.codec(codec) }
      },
      redundantCodec: () => this.device.redundantCodec,
      mayStay: (source, codec) => this.#codecs.mayStay(codec, this.#codecFor(source)),
      onFault: this.#ports.onSendFault,
    })
    return { media, outgoing }
  }

  #codecFor(source: Source): VideoCodec {
    const strong = navigator.hardwareConcurrency >= strongCores
    return codecFor(source, this.#codecs.all, { strong, sendable: this.device.sendable })
  }

  /** @param media a function, for the first are told while it is being made */
  #onIncoming(incoming: Incoming, consumer: types.Consumer | null): void {
    this.#ports.onIncoming(incoming)
    const { info } = incoming
    if (!consumer || !this.#ports.hasRival(info)) return
    void untilCarries(consumer).then((carries) => carries && this.#ports.onFlowing(info.consumerId))
  }

  #drop(line: Line | null): void {
    line?.outgoing.close()
    line?.media.close()
  }

  #closeLines(): void {
    this.#moves++
    this.#drop(this.#now)
    this.#drop(this.#next)
    this.#now = this.#next = null
  }
}
