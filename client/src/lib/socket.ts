/**
 * The one WebSocket of a signed-in person: requests that are answered, events that are told. It reconnects by itself,
 * fast at first; whoever needs a resumed place (the room) listens to `onState` and asks for it after each opening.
 */
import { closeCode, subprotocol } from '@peerlearn/contract/channel'
import type { AnswerFrame, EventFrame } from '@peerlearn/contract/channel'
import type {
  ClientInput,
  ClientMethod,
  ClientNotice,
  ClientNotices,
  ClientOutput,
} from '@peerlearn/contract/client-channel'
import type { ErrorCode } from '@peerlearn/contract/errors'
import { retryDelay } from './retry-delay.ts'

/** `waiting` for the next try; `closed` until `open()` is called (again). */
export type SocketState = 'closed' | 'connecting' | 'open' | 'waiting'
/** Why the last connection ended, where it matters to a person. */
export type SocketReason = 'signed-out' | 'too-many' | 'restart' | 'lost' | null

/** `offline`: not sent, or no answer can come any more. `timeout`: no answer within the time limit. */
export class SocketError extends Error {
  readonly code: ErrorCode | 'offline' | 'timeout'

  constructor(code: SocketError['code'], message: string) {
    super(message)
    this.name = 'SocketError'
    this.code = code
  }
}

interface Waiting {
  resolve: (data: unknown) => void
  reject: (error: SocketError) => void
  timer: ReturnType<typeof setTimeout>
}

interface Options {
  /** A fresh ticket; it throws an error with the code `signed-out` when there is no login any more. */
  ticket: (signal: AbortSignal) => Promise<string>
  url?: string
}

const defaultLimitMs = 8000
/**
 * For the ticket, and again for the socket: a network that swallows packets is tried anew before TCP's own tries, which come
 * at 0, 1, 3 and 7 s, get far apart.
 */
const openLimitMs = 4000
const offline = () => new SocketError('offline', 'The connection to the server is lost just now.')

export class Socket {
  #options: Options
  #ws: WebSocket | null = null
  #state: SocketState = 'closed'
  #reason: SocketReason = null
  #tries = 0
  #nextId = 1
  /** Grows with every connection wanted: what belongs to an older one is dropped. */
  #generation = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Ends a request for a ticket that nobody waits for any more: a browser opens few connections at a time. */
  #asking: AbortController | null = null
  #waiting = new Map<number, Waiting>()
  #handlers = new Map<string, Set<(data: unknown) => void>>()
  #watchers = new Set<() => void>()
  #release: (() => void) | null = null

  constructor(options: Options) {
    this.#options = options
  }

  get state(): SocketState {
    return this.#state
  }

  get reason(): SocketReason {
    return this.#reason
  }

  /** Connects and stays connected until `close()`; repeating it is harmless. */
  open(): void {
    if (this.#state !== 'closed') return
    this.#release = this.#listenToTheBrowser()
    this.#tries = 0
    void this.#connect()
  }

  close(reason: SocketReason = null): void {
    this.#release?.()
    this.#release = null
    this.#drop()
    this.#become('closed', reason)
  }

  /** Gives up the present connection for a new one at once: after a change of network the old one is silent. */
  reconnect(): void {
    if (this.#state === 'closed') return
    this.#tries = 0
    void this.#connect()
  }

  /** Resolves when the socket is open; rejects when it is closed for good. */
  async opened(): Promise<void> {
    if (this.#state === 'open') return
    await new Promise<void>((resolve, reject) => {
      const stop = this.onState(() => {
        if (this.#state === 'connecting' || this.#state === 'waiting') return
        stop()
        if (this.#state === 'open') resolve()
        else reject(new SocketError('signed-out', 'You are signed out.'))
      })
    })
  }

  /** Asks and awaits the answer. Rejects with a SocketError: the server's code, `offline` or `timeout`. */
  request<M extends ClientMethod>(
    method: M,
    data: ClientInput<M>,
    limitMs = defaultLimitMs,
  ): Promise<ClientOutput<M>> {
    const ws = this.#ws
    if (this.#state !== 'open' || !ws) return Promise.reject(offline())
    const id = this.#nextId++
    const answered = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#onSilence(id), limitMs)
      this.#waiting.set(id, { resolve, reject, timer })
    })
    ws.send(JSON.stringify({ id, method, data }))
    return answered as Promise<ClientOutput<M>> // the server answers as the same contract declares
  }

  /** Calls the handler with each event of that name; the answer ends it. */
  on<N extends ClientNotice>(event: N, handler: (data: ClientNotices[N]) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Set()
    this.#handlers.set(event, handlers)
    const loose = handler as (data: unknown) => void // the table is keyed by the event's name
    handlers.add(loose)
    return () => handlers.delete(loose)
  }

  /** Calls the watcher after every change of state; the answer ends it. */
  onState(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  async #connect(): Promise<void> {
    this.#drop()
    const generation = this.#generation
    this.#become('connecting', this.#reason)
    this.#timer = setTimeout(() => this.#retryUnanswered(), openLimitMs)
    this.#asking = new AbortController()
    try {
      const ticket = await this.#options.ticket(this.#asking.signal)
      if (generation === this.#generation) this.#dial(ticket, generation)
    } catch (error) {
      if (generation !== this.#generation) return
      if ((error as { code?: string }).code === 'signed-out') this.close('signed-out')
      else this.#retryLater('lost')
    }
  }

  #dial(ticket: string, generation: number): void {
    const url = this.#options.url ?? `${location.origin.replace(/^http/, 'ws')}/ws`
    const ws = new WebSocket(url, [subprotocol, `ticket.${ticket}`])
    this.#ws = ws
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#retryUnanswered(), openLimitMs)
    const mine = () => generation === this.#generation
    ws.onopen = () => mine() && this.#onOpen()
    ws.onmessage = ({ data }) => mine() && this.#onFrame(String(data))
    ws.onclose = ({ code }) => mine() && this.#onClose(code)
  }

  #onOpen(): void {
    clearTimeout(this.#timer)
    this.#tries = 0
    this.#become('open', null)
  }

  #onClose(code: number): void {
    if (code === closeCode.signedOut) this.close('signed-out')
    else if (code === closeCode.restart) this.#retryLater('restart')
    else this.#retryLater(code === closeCode.tooMany ? 'too-many' : 'lost')
  }

  /** Nobody answered: the time was spent waiting, so that the next try need not wait as long as after a refusal. */
  #retryUnanswered(): void {
    this.#tries = Math.min(this.#tries, 1)
    this.#retryLater('lost')
  }

  /** An answer that does not come means a connection that is dead without knowing it. */
  #onSilence(id: number): void {
    this.#waiting.get(id)?.reject(new SocketError('timeout', 'The server did not answer in time.'))
    this.#waiting.delete(id)
    this.reconnect()
  }

  #onFrame(text: string): void {
    const frame = JSON.parse(text) as AnswerFrame | EventFrame // our server's only two shapes
    if ('event' in frame) {
      for (const handler of [...(this.#handlers.get(frame.event) ?? [])]) handler(frame.data)
      return
    }
    const waiting = this.#waiting.get(frame.id)
    if (!waiting) return
    this.#waiting.delete(frame.id)
    clearTimeout(waiting.timer)
    if (frame.ok) waiting.resolve(frame.data)
    else waiting.reject(new SocketError(frame.error.code, frame.error.message))
  }

  #retryLater(reason: SocketReason): void {
    this.#drop()
    this.#timer = setTimeout(() => void this.#connect(), retryDelay(this.#tries++, reason === 'too-many'))
    this.#become('waiting', reason)
  }

  /** Ends the present connection and everything that waits on it, silently. */
  #drop(): void {
    this.#generation++
    clearTimeout(this.#timer)
    this.#asking?.abort()
    this.#ws?.close()
    this.#ws = null
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(offline())
    }
    this.#waiting.clear()
  }

  #become(state: SocketState, reason: SocketReason): void {
    this.#state = state
    this.#reason = reason
    for (const watcher of [...this.#watchers]) watcher()
  }

  #listenToTheBrowser(): () => void {
    const online = () => this.reconnect()
    const seen = () => document.visibilityState === 'visible' && this.#state === 'waiting' && this.reconnect()
    addEventListener('online', online)
    document.addEventListener('visibilitychange', seen)
    return () => {
      removeEventListener('online', online)
      document.removeEventListener('visibilitychange', seen)
    }
  }
}
