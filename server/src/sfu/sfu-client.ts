/**
 * One media node as the server knows it: a control channel (contract/sfu.ts) that is opened again for ever.
 * It keeps nothing of rooms; who uses a room hears `onUp` and attaches again.
 */
import { eventFrame } from '@peerlearn/contract/channel'
import type { NodeInfo } from '@peerlearn/contract/node-stats'
import { sfuNotices, type SfuMethod, type SfuNotice } from '@peerlearn/contract/sfu'
import type { Logger } from 'pino'
import { WebSocket } from 'ws'
import type { z } from 'zod'
import { Callbacks } from './callbacks.ts'
import { newChallenge } from './proof.ts'
import { mediaUnavailable, Requests, type SfuInput, type SfuOutput } from './requests.ts'

type Heard = { [N in SfuNotice]: { name: N; data: z.infer<(typeof sfuNotices)[N]> } }[SfuNotice]
/** What a node tells of one room. */
export type RoomHeard = Exclude<Heard, { name: 'node.hello' | 'node.stats' }>
export type NodeStats = Extract<Heard, { name: 'node.stats' }>['data']

export interface SfuNodeOptions {
  url: string
  secret: string
  log: Logger
  /** How long a request may take. */
  limitMs?: number
  /** A node is pinged three times as often as this; one that is silent so long is hung or cut off: its channel is closed. */
  silenceMs?: number
}

const backoffMs = [50, 100, 250, 500, 1_000]

export class SfuNode {
  readonly url: string
  /** What the registry says of it, until it tells itself. */
  registered: NodeInfo | undefined
  readonly #options: Required<SfuNodeOptions>
  readonly #byRoom = new Map<string, Callbacks<[RoomHeard]>>()
  readonly #onUp = new Callbacks()
  readonly #onDown = new Callbacks()
  readonly #onStats = new Callbacks<[NodeStats]>()
  #socket: WebSocket | undefined
  #requests: Requests | undefined
  #nodeId: string | undefined
  #stats: NodeStats | undefined
  #failures = 0
  #again: NodeJS.Timeout | undefined
  #silence: NodeJS.Timeout | undefined
  #pings: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: SfuNodeOptions) {
    this.#options = { limitMs: 5_000, silenceMs: 3_000, ...options }
    this.url = options.url
    this.#open()
  }

  /** Is the channel open, and has the node shown that it knows the secret? */
  get up(): boolean {
    return this.#requests !== undefined
  }

  /** The node's own name; its address until it said it. */
  get nodeId(): string {
    return this.#nodeId ?? this.registered?.nodeId ?? this.url
  }

  /** What the node measured last; undefined while it is away. */
  get stats(): NodeStats | undefined {
    return this.#stats
  }

  /** Where it is, how full, and whether it is being emptied; undefined until it was heard of. */
  get info(): NodeInfo | undefined {
    return this.#stats?.node ?? this.registered
  }

  /**
   * Asks the node; a channel that is just being opened is waited for.
   * @throws AppError the node's refusal, or `media-unavailable`
   */
  async request<M extends SfuMethod>(method: M, data: SfuInput<M>): Promise<SfuOutput<M>> {
    if (!this.#requests) await this.#comingUp()
    if (!this.#requests) throw mediaUnavailable()
    return this.#requests.request(method, data)
  }

  /** @returns a function that ends the listening; so do the three below */
  onRoom(roomId: string, hear: (heard: RoomHeard) => void): () => void {
    const listeners = this.#byRoom.get(roomId) ?? new Callbacks<[RoomHeard]>()
    this.#byRoom.set(roomId, listeners)
    const stop = listeners.add(hear)
    return () => {
      stop()
      if (listeners.size === 0) this.#byRoom.delete(roomId)
    }
  }

  /** The channel is open (again): rooms of this node are to be attached anew. */
  onUp(run: () => void): () => void {
    return this.#onUp.add(run)
  }

  onDown(run: () => void): () => void {
    return this.#onDown.add(run)
  }

  /** Every two seconds, and when draining changes. */
  onStats(run: (stats: NodeStats) => void): () => void {
    return this.#onStats.add(run)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#again)
    this.#socket?.close()
    this.#gone()
  }

  /** Resolves when the node is up, or after two seconds all the same. */
  #comingUp(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        stop()
        resolve()
      }
      const timer = setTimeout(done, Math.min(2_000, this.#options.limitMs))
      const stop = this.onUp(done)
    })
  }

  #open(): void {
    const challenge = newChallenge(this.#options.secret)
    const socket = new WebSocket(this.url, {
      headers: challenge.headers,
      handshakeTimeout: this.#options.silenceMs,
      perMessageDeflate: false,
    })
    this.#socket = socket
    this.#expectWord(socket)
    socket.on('pong', () => this.#expectWord(socket))
    socket.on('message', (raw: Buffer) => {
      this.#expectWord(socket)
      try {
        this.#hear(socket, JSON.parse(raw.toString()), challenge.accepts)
      } catch (err) {
        this.#options.log.error({ err, node: this.url }, 'the media node sent something unexpected')
        socket.terminate()
      }
    })
    socket.on('error', (err) => {
      if (this.#failures === 0)
        this.#options.log.warn({ node: this.url, reason: err.message }, 'media node away')
    })
    socket.once('close', () => this.#openAgain())
  }

  #openAgain(): void {
    this.#gone()
    if (this.#closed) return
    const wait = backoffMs[Math.min(this.#failures++, backoffMs.length - 1)]
    this.#again = setTimeout(() => this.#open(), wait)
  }

  /** A hung node never closes its socket, nor does one behind a cut: silence is how it shows. */
  #expectWord(socket: WebSocket): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => socket.terminate(), this.#options.silenceMs)
  }

  #gone(): void {
    clearTimeout(this.#silence)
    clearInterval(this.#pings)
    const requests = this.#requests
    this.#requests = undefined
    this.#stats = undefined
    if (!requests) return
    requests.abandon()
    this.#onDown.run()
  }

  #hear(socket: WebSocket, frame: unknown, accepts: (proof: string) => boolean): void {
    const told = typeof frame === 'object' && frame !== null && 'event' in frame
    if (!told && this.#requests) return this.#requests.settle(frame)
    const heard = parseNotice(eventFrame.parse(frame))
    if (heard.name === 'node.hello') return this.#greet(socket, heard.data, accepts)
    if (!this.#requests) throw new Error('the node spoke before its hello')
    if (heard.name !== 'node.stats') return this.#byRoom.get(heard.data.roomId)?.run(heard)
    this.#stats = heard.data
    this.#onStats.run(heard.data)
  }

  #greet(socket: WebSocket, hello: { nodeId: string; proof: string }, accepts: (proof: string) => boolean) {
    if (!accepts(hello.proof)) throw new Error('the node does not know SFU_SECRET')
    this.#nodeId = hello.nodeId
    this.#failures = 0
    this.#requests = new Requests((text) => socket.send(text), this.#options.limitMs)
    this.#pings = setInterval(() => socket.ping(), this.#options.silenceMs / 3)
    this.#options.log.info({ node: this.url, nodeId: hello.nodeId }, 'media node up')
    this.#onUp.run()
  }
}

function parseNotice({ event, data }: z.infer<typeof eventFrame>): Heard {
  if (!Object.hasOwn(sfuNotices, event)) throw new Error(`unknown notice ${event}`)
  const name = event as SfuNotice // one of the table's own keys
  return { name, data: sfuNotices[name].parse(data) } as Heard // parsed by the notice's own schema
}
