/**
 * A room's other half on another node: what its peers send there is offered here, and piped when somebody looks. It
 * follows as `node`: it keeps the room over there from nothing.
 */
import type { ProducerInfo } from '@peerlearn/contract/media'
import { AppError } from '@peerlearn/contract/errors'
import type { Host } from './host.ts'
import type { LinkChannel, LinkUser, RoomHeard } from './link-channel.ts'
import { LinkPipes } from './link-pipes.ts'
import type { Links } from './links.ts'
import type { Logger } from './log.ts'
import type { Origin } from './offers.ts'
import type { Ends } from './pipe-ends.ts'
import type { PipeAddress } from './pipes-out.ts'

/** Milliseconds until a room that is not open over there, or empty, or did not answer, is looked for again. */
const lookAgain = 1_000
/** Until one is that has people: whatever was missed of it is known again then. */
const lookAnyway = 30_000

export interface LinkListener {
  opened(info: ProducerInfo, mentor: boolean, origin: Origin): void
  closed(producerId: string): void
  paused(producerId: string, paused: boolean): void
  level(producerId: string, dBov: number): void
}

export interface LinkRoomOptions {
  roomId: string
  url: string
  links: Links
  at: PipeAddress
  log: Logger
  /** Milliseconds until a room that is followed is asked for all the same. */
  lookAnyway?: number
}

export class LinkRoom implements LinkUser, Origin {
  readonly roomId: string
  readonly url: string
  readonly #links: Links
  readonly #listener: LinkListener
  readonly #log: Logger
  readonly #channel: LinkChannel
  readonly #mentors = new Map<string, boolean>()
  readonly #infos = new Map<string, ProducerInfo>()
  readonly #pipes: LinkPipes
  readonly #lookAnyway: number
  #again: NodeJS.Timeout | undefined
  #attaching = false
  /** Something has changed over there since the answer that is under way was asked for. */
  #stale = false
  #closed = false

  constructor(options: LinkRoomOptions, listener: LinkListener) {
    const { roomId, url, links, at, log } = options
    this.roomId = roomId
    this.#lookAnyway = options.lookAnyway ?? lookAnyway
    this.url = url
    this.#links = links
    this.#listener = listener
    this.#log = log
    this.#channel = links.join(url, this)
    this.#pipes = new LinkPipes(roomId, this.#channel, at)
    if (this.#channel.up) this.up()
  }

  up(): void {
    void this.refresh()
  }

  /** Whatever came from there cannot be had any more. */
  down(): void {
    clearTimeout(this.#again)
    this.#forgetAll()
    this.#pipes.closeAll()
  }

  heard({ event, data }: RoomHeard): void {
    if (event !== 'loudest.changed') this.#stale = true
    if (event === 'producer.opened') return this.#opened(data.producer)
    if (event === 'producer.closed') return this.#remove(data.producerId)
    if (event === 'producer.paused' || event === 'producer.resumed')
      return this.#paused(data.producerId, event === 'producer.paused')
    if (event === 'loudest.changed')
      for (const { producerId, volume } of data.producers) this.#listener.level(producerId, volume)
    if (event === 'peer.closed') this.#left([data.peerId])
    if (event === 'room.lost') {
      this.#left(data.peerIds)
      this.#renew()
    }
  }

  /** Learns who is there and what they send, and follows from then on. */
  async refresh(): Promise<void> {
    this.#stale = true
    if (this.#attaching) return
    this.#attaching = true
    while (this.#stale && this.#channel.up && !this.#closed) {
      this.#stale = false
      await this.#attach()
    }
    this.#attaching = false
    this.#lookAgainIfEmpty()
  }

  async #attach(): Promise<void> {
    clearTimeout(this.#again)
    try {
      const { peers } = await this.#channel.request('room.attach', { roomId: this.roomId, as: 'node' })
      if (this.#closed) return
      this.#mentors.clear()
      for (const { peerId, mentor } of peers) this.#mentors.set(peerId, mentor)
      const sent = peers.flatMap(({ producers }) => producers)
      for (const info of sent) this.#add(info)
      const ids = new Set(sent.map(({ producerId }) => producerId))
      // what was told since it was asked need not be in the answer: the next one says what is gone
      if (!this.#stale) for (const known of [...this.#infos.keys()]) if (!ids.has(known)) this.#remove(known)
      this.#soon(this.#lookAnyway)
    } catch (error) {
      if (!(error instanceof AppError)) this.#log.warn({ err: error }, 'a room could not be followed')
      if (error instanceof AppError && error.code === 'not-found') this.#forgetAll()
      else if (this.#channel.up) this.#soon(lookAgain)
    }
  }

  async land(producerId: string, host: Host): Promise<Ends> {
    const info = this.#infos.get(producerId)
    if (!info) throw new AppError('media-unavailable', 'It is not sent any more.')
    try {
      return await this.#pipes.land(info, host)
    } catch (error) {
      // what we believe to be there may be gone
      if (error instanceof AppError && error.code === 'not-found') void this.refresh()
      throw error
    }
  }

  want(producerId: string, layer: number): void {
    this.#pipes.want(producerId, layer)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    const { roomId } = this
    if (this.#channel.up) this.#channel.request('room.detach', { roomId }).catch(() => {})
    this.down()
    this.#links.leave(this.#channel, this)
  }

  #forgetAll(): void {
    this.#mentors.clear()
    for (const producerId of [...this.#infos.keys()]) this.#remove(producerId)
  }

  #opened(info: ProducerInfo): void {
    // of somebody who came after us: who they are is in the answer to the next attach
    if (this.#mentors.has(info.peerId)) this.#add(info)
    else this.#soon(0)
  }

  #add(info: ProducerInfo): void {
    const known = this.#infos.get(info.producerId)
    if (known) return known.paused === info.paused ? undefined : this.#paused(info.producerId, info.paused)
    this.#infos.set(info.producerId, { ...info })
    this.#listener.opened(info, this.#mentors.get(info.peerId) ?? false, this)
  }

  #remove(producerId: string): void {
    this.#pipes.forget(producerId)
    if (this.#infos.delete(producerId)) this.#listener.closed(producerId)
  }

  #paused(producerId: string, paused: boolean): void {
    const info = this.#infos.get(producerId)
    if (!info) return
    info.paused = paused
    this.#pipes.setPaused(producerId, paused)
    this.#listener.paused(producerId, paused)
  }

  #left(peerIds: string[]): void {
    for (const peerId of peerIds) this.#mentors.delete(peerId)
    this.#lookAgainIfEmpty()
  }

  /** A worker died over there, and perhaps the far ends of our pipes with it: all come anew. */
  #renew(): void {
    this.#pipes.closeAll()
    void this.refresh()
  }

  #lookAgainIfEmpty(): void {
    if (this.#mentors.size === 0 && this.#channel.up) this.#soon(lookAgain)
  }

  #soon(ms: number): void {
    clearTimeout(this.#again)
    if (!this.#closed) this.#again = setTimeout(() => void this.refresh(), ms)
  }
}
