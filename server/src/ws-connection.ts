/** One client's socket: frames in and out, one request at a time, within its limits. */
import { closeCode, requestFrame, type AnswerFrame, type RequestFrame } from '@peerlearn/contract/channel'
import type { ClientNotice, ClientNotices } from '@peerlearn/contract/client-channel'
import type { RawData, WebSocket } from 'ws'
import type { Who } from './http.ts'
import { parseJson } from './json.ts'
import type { ClientSocket } from './sockets.ts'

/**
 * 20 messages a second in the long run, 120 at once: whoever joins a class of a hundred answers every picture that
 * appears, and scrolling reports its tiles, in one short burst. More than that is no page of ours.
 */
const perSecond = 20
const burst = 120
/** Requests that wait for the one before: a burst and what comes while a slow one is answered. */
const queueLimit = 256
/** Bytes that wait to be sent to a client that does not read. */
const unsentLimit = 1024 * 1024
/** How long a closing handshake may take. */
const closingMs = 2_000

type Answer = (connection: Connection, frame: RequestFrame) => Promise<AnswerFrame>

interface Given {
  ws: WebSocket
  who: Who
  host: string
  now(): number
  answer: Answer
}

export class Connection implements ClientSocket {
  readonly id = crypto.randomUUID()
  readonly host: string
  readonly openedAt: number
  /** Who it is, and when the database said so. */
  who: Who
  whoAt: number
  /** Heartbeats without an answer. */
  unanswered = 0
  readonly #ws: WebSocket
  readonly #given: Given
  readonly #onClose = new Set<() => void>()
  readonly #queue: RequestFrame[] = []
  #busy = false
  #closed = false
  #tokens = burst
  #tokensAt: number

  constructor(given: Given) {
    this.#given = given
    this.#ws = given.ws
    this.host = given.host
    this.who = given.who
    this.openedAt = this.whoAt = this.#tokensAt = given.now()
    // ws tells a broken frame or one over 64 kB as an error, and closes with its own code (1007, 1009).
    this.#ws.on('error', () => undefined)
    this.#ws.on('message', (data, isBinary) => this.#hear(data, isBinary))
    this.#ws.on('pong', () => (this.unanswered = 0))
    this.#ws.on('close', () => this.#gone())
  }

  get closed(): boolean {
    return this.#closed
  }

  onClose(run: () => void): () => void {
    if (this.#closed) run()
    else this.#onClose.add(run)
    return () => void this.#onClose.delete(run)
  }

  tell<N extends ClientNotice>(event: N, data: ClientNotices[N]): void {
    this.sendText(JSON.stringify({ event, data }))
  }

  /** A frame that is text already, since many sockets get the same. */
  sendText(text: string): void {
    if (this.#closed) return
    if (this.#ws.bufferedAmount > unsentLimit) this.close(closeCode.slow, 'too-slow')
    else this.#ws.send(text)
  }

  ping(): void {
    this.unanswered++
    this.#ws.ping()
  }

  /** From now on it is gone for everybody here; a client that does not finish the handshake is cut off. */
  close(code: number, reason: string): void {
    if (this.#closed) return
    this.#ws.close(code, reason)
    const timer = setTimeout(() => this.#ws.terminate(), closingMs)
    this.#ws.once('close', () => clearTimeout(timer))
    this.#gone()
  }

  terminate(): void {
    this.#ws.terminate()
  }

  #gone(): void {
    if (this.#closed) return
    this.#closed = true
    this.#queue.length = 0
    for (const run of this.#onClose) run()
    this.#onClose.clear()
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (this.#closed) return
    if (!this.#spend()) return this.close(closeCode.tooMany, 'too-many-messages')
    const frame = isBinary ? undefined : parseFrame(data)
    if (!frame) return this.close(closeCode.protocol, 'not-a-request')
    if (this.#queue.length >= queueLimit) return this.close(closeCode.tooMany, 'too-many-waiting')
    this.#queue.push(frame)
    if (!this.#busy) void this.#work()
  }

  async #work(): Promise<void> {
    this.#busy = true
    for (let frame = this.#queue.shift(); frame; frame = this.#queue.shift())
      this.sendText(JSON.stringify(await this.#given.answer(this, frame)))
    this.#busy = false
  }

  /** A bucket that fills evenly and holds one burst. */
  #spend(): boolean {
    const now = this.#given.now()
    const filled = this.#tokens + ((now - this.#tokensAt) / 1000) * perSecond
    this.#tokens = Math.min(burst, Math.max(0, filled)) - 1
    this.#tokensAt = now
    return this.#tokens >= 0
  }
}

/** ws gives buffers unless it is asked for something else. */
const textOf = (data: RawData) => (data as Buffer).toString()

function parseFrame(data: RawData): RequestFrame | undefined {
  try {
    return requestFrame.safeParse(parseJson(textOf(data))).data
  } catch {
    return undefined
  }
}
