/** A room's pipes from another node: one for each of this node's hosts where its producers land. */
import { randomUUID } from 'node:crypto'
import type { ProducerInfo } from '@peerlearn/contract/media'
import type { types } from 'mediasoup'
import type { Host } from './host.ts'
import type { LinkChannel } from './link-channel.ts'
import { arrive, follow } from './pipe-ends.ts'
import type { Ends } from './pipe-ends.ts'
import { connectPipe, openPipeEnd, pipeEndOf } from './pipes-out.ts'
import type { PipeAddress } from './pipes-out.ts'
import { unavailable } from './refusals.ts'

interface LinkPipe {
  id: string
  transport: types.PipeTransport
  /** Producers that come through it, or are about to. */
  users: number
}

interface Landed {
  pipeId: string
  producer: types.Producer
}

export class LinkPipes {
  readonly #roomId: string
  readonly #channel: LinkChannel
  readonly #at: PipeAddress
  readonly #pipes = new Map<Host, Promise<LinkPipe>>()
  readonly #landed = new Map<string, Landed>()
  readonly #wanted = new Map<string, number>()

  constructor(roomId: string, channel: LinkChannel, at: PipeAddress) {
    this.#roomId = roomId
    this.#channel = channel
    this.#at = at
  }

  /** Brings a producer from there to this host. @throws AppError not-found, media-unavailable */
  async land(info: ProducerInfo, host: Host): Promise<Ends> {
    const { producerId } = info
    const pipe = await this.#pipeTo(host)
    pipe.users += 1
    const of = { roomId: this.#roomId, pipeId: pipe.id, producerId }
    const letGo = () => {
      if (this.#landed.get(producerId)?.pipeId === pipe.id) this.#landed.delete(producerId)
      if (this.#channel.up) this.#channel.request('pipe.release', of).catch(() => {})
      // with the last producer goes the pipe
      if (--pipe.users === 0) pipe.transport.close()
    }
    try {
      const answer = await this.#channel.request('pipe.consume', of)
      const producer = await arrive(pipe.transport, {
        id: producerId,
        kind: answer.kind,
        // mediasoup's own, from over there
        rtpParameters: answer.rtpParameters as types.RtpParameters,
        paused: answer.paused,
        appData: { peerId: info.peerId, source: info.source },
      })
      if (producer.closed) throw unavailable()
      producer.observer.once('close', letGo)
      this.#landed.set(producerId, { pipeId: pipe.id, producer })
      follow(producer, info.paused)
      const layer = this.#wanted.get(producerId)
      if (layer !== undefined) this.want(producerId, layer)
      return { producer, close: () => producer.close() }
    } catch (error) {
      letGo()
      throw error
    }
  }

  /** The largest layer that anybody here looks at; told over there once it is piped. */
  want(producerId: string, layer: number): void {
    this.#wanted.set(producerId, layer)
    const landed = this.#landed.get(producerId)
    if (!landed || !this.#channel.up) return
    const wish = { roomId: this.#roomId, pipeId: landed.pipeId, producerId, layer }
    this.#channel.request('pipe.want', wish).catch(() => {})
  }

  setPaused(producerId: string, paused: boolean): void {
    const landed = this.#landed.get(producerId)
    if (landed) follow(landed.producer, paused)
  }

  /** It is not sent any more. */
  forget(producerId: string): void {
    this.#wanted.delete(producerId)
  }

  closeAll(): void {
    for (const opening of this.#pipes.values())
      opening.then(({ transport }) => transport.close()).catch(() => {})
    this.#pipes.clear()
    this.#landed.clear()
  }

  async #pipeTo(host: Host): Promise<LinkPipe> {
    const known = this.#pipes.get(host)
    if (known) return await known
    const opening = this.#openPipe(host)
    this.#pipes.set(host, opening)
    const forget = () => {
      if (this.#pipes.get(host) === opening) this.#pipes.delete(host)
    }
    try {
      const pipe = await opening
      const end = () => {
        forget()
        this.#tellClosed(pipe.id)
      }
      if (pipe.transport.closed) end()
      else pipe.transport.observer.once('close', end)
      return pipe
    } catch (error) {
      forget()
      throw error
    }
  }

  async #openPipe(host: Host): Promise<LinkPipe> {
    const transport = await openPipeEnd(host, this.#at)
    const pipeId = randomUUID()
    try {
      const own = pipeEndOf(transport, this.#at)
      const far = await this.#channel.request('pipe.open', { roomId: this.#roomId, pipeId, ...own })
      await connectPipe(transport, far)
      return { id: pipeId, transport, users: 0 }
    } catch (error) {
      transport.close()
      // over there it may have been made all the same
      this.#tellClosed(pipeId)
      throw error
    }
  }

  #tellClosed(pipeId: string): void {
    if (this.#channel.up)
      this.#channel.request('pipe.close', { roomId: this.#roomId, pipeId }).catch(() => {})
  }
}
