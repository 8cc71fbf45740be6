/** The control channel to another node, opened as a server opens one, again and again while somebody uses it. */
import { answerFrame, eventFrame } from '@peerlearn/contract/channel'
import type { InputOf, OutputOf } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import { sfuMessages, sfuNotices } from '@peerlearn/contract/sfu'
import type { SfuMethod, SfuNotice } from '@peerlearn/contract/sfu'
import { WebSocket } from 'ws'
import type { z } from 'zod'
import { challenge, sameProof } from './control-auth.ts'
import type { Logger } from './log.ts'

type Data<N extends SfuNotice> = z.infer<(typeof sfuNotices)[N]>
type Read = Exclude<SfuNotice, 'node.stats'>
type Heard = { [N in Read]: { event: N; data: Data<N> } }[Read]
export type RoomHeard = Exclude<Heard, { event: 'node.hello' }>

/** Who uses the channel for one room. */
export interface LinkUser {
  readonly roomId: string
  up(): void
  down(): void
  heard(notice: RoomHeard): void
}

interface Waiting {
  method: SfuMethod
  resolve: (output: unknown) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

/** Milliseconds: an answer's limit; a node that says nothing for so long is gone. It is pinged, for it may have nothing to say. */
const answerLimit = 5_000
const silenceLimit = 5_000
const pingEvery = 1_500
const backoff = [50, 100, 250, 500, 1_000, 2_000]

export class LinkChannel {
  readonly url: string
  readonly users = new Set<LinkUser>()
  up = false
  readonly #secret: string
  readonly #log: Logger
  readonly #waiting = new Map<number, Waiting>()
  #socket: WebSocket | undefined
  #silence: NodeJS.Timeout | undefined
  #pings: NodeJS.Timeout | undefined
  #again: NodeJS.Timeout | undefined
  #failures = 0
  #lastId = 0
  #closed = false

  constructor(url: string, secret: string, log: Logger) {
    this.url = url
    this.#secret = secret
    this.#log = log.child({ link: url })
    this.#open()
  }

  /** @throws AppError the other node's refusal, or media-unavailable */
  async request<M extends SfuMethod>(
    method: M,
    data: InputOf<(typeof sfuMessages)[M]>,
  ): Promise<OutputOf<(typeof sfuMessages)[M]>> {
    if (!this.up) throw away()
    const id = ++this.#lastId
    const answer = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#settle(id)?.reject(away()), answerLimit)
      this.#waiting.set(id, { method, resolve, reject, timer })
      this.#socket?.send(JSON.stringify({ id, method, data }))
    })
    // settled with what this method's own schema has parsed
    return (await answer) as OutputOf<(typeof sfuMessages)[M]>
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#again)
    this.#socket?.terminate()
    this.#gone()
  }

  #open(): void {
    const { headers, expected } = challenge(this.#secret)
    const socket = new WebSocket(this.url, {
      headers,
      handshakeTimeout: answerLimit,
      perMessageDeflate: false,
    })
    this.#socket = socket
    this.#expectWord(socket)
    socket.on('pong', () => this.#expectWord(socket))
    socket.on('message', (raw: Buffer) => {
      this.#expectWord(socket)
      try {
        this.#hear(JSON.parse(raw.toString()), expected)
      } catch (error) {
        this.#log.error({ err: error }, 'another node said something unexpected')
        socket.terminate()
      }
    })
    socket.on('error', (error) => {
      if (this.#failures === 0) this.#log.warn({ reason: error.message }, 'another node is away')
    })
    socket.once('close', () => this.#openAgain())
  }

  #openAgain(): void {
    this.#gone()
    if (this.#closed) return
    const wait = backoff[Math.min(this.#failures++, backoff.length - 1)]
    this.#again = setTimeout(() => this.#open(), wait)
  }

  #expectWord(socket: WebSocket): void {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => socket.terminate(), silenceLimit)
  }

  #gone(): void {
    clearTimeout(this.#silence)
    clearInterval(this.#pings)
    const wasUp = this.up
    this.up = false
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(away())
    if (wasUp) for (const user of [...this.users]) user.down()
  }

  #hear(frame: unknown, expected: string): void {
    const told = typeof frame === 'object' && frame !== null && 'event' in frame
    if (!told) return this.#answered(frame)
    // thousands of figures that nobody here reads: that something came is all
    if (frame.event === 'node.stats') return
    const notice = parseNotice(frame)
    if (notice.event === 'node.hello') return this.#greet(notice.data.proof, expected)
    if (!this.up) throw new Error('it spoke before its hello')
    for (const user of [...this.users]) if (user.roomId === notice.data.roomId) user.heard(notice)
  }

  #greet(proof: string, expected: string): void {
    if (!sameProof(proof, expected)) throw new Error('it does not know SFU_SECRET')
    this.up = true
    this.#failures = 0
    clearInterval(this.#pings)
    this.#pings = setInterval(() => this.#socket?.ping(), pingEvery)
    for (const user of [...this.users]) user.up()
  }

  #answered(frame: unknown): void {
    const answer = answerFrame.parse(frame)
    const waiting = this.#settle(answer.id)
    if (!waiting) return
    if (!answer.ok)
      return waiting.reject(new AppError(answer.error.code, answer.error.message, answer.error.details))
    const parsed = sfuMessages[waiting.method].output.safeParse(answer.data)
    if (parsed.success) waiting.resolve(parsed.data)
    else waiting.reject(new Error(`its answer to ${waiting.method} is not of the contract`))
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    clearTimeout(waiting?.timer)
    this.#waiting.delete(id)
    return waiting
  }
}

function parseNotice(frame: unknown): Heard {
  const { event, data } = eventFrame.parse(frame)
  if (!Object.hasOwn(sfuNotices, event)) throw new Error(`unknown notice ${event}`)
  const name = event as Read // one of the table's own keys, and told apart from the one that is not read before
  return { event: name, data: sfuNotices[name].parse(data) } as Heard // parsed by its own schema
}

const away = () =>
  new AppError('media-unavailable', 'Another media server does not answer. It will be tried again.')
