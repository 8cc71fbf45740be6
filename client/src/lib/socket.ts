/**
 * The one WebSocket of a signed-in person: requests that are answered, events that are told. It reconnects by itself,
 * fast at first; whoever needs a resumed place (the room) listens to `onState` and asks for it after each opening.
 */
import { closeCode } from '@peerlearn/contract/channel'
import type { AnswerFrame, EventFrame } from '@peerlearn/contract/channel'
import type {
  ClientInput,
  ClientMethod,
  ClientNotice,
  ClientNotices,
  ClientOutput,
} from '@peerlearn/contract/client-channel'
import { Answers } from './answers.ts'
import { Dial } from './dial.ts'
import type { DialFailure } from './dial.ts'
import { onNetworkReturn } from './network-return.ts'
import { ReconnectTicket } from './reconnect-ticket.ts'
import { openLimit, retryDelay } from './retry-delay.ts'
import { offline, SocketError } from './socket-error.ts'

export { SocketError } from './socket-error.ts'

/** `waiting` for the next try; `closed` until `open()` is called (again). */
export type SocketState = 'closed' | 'connecting' | 'open' | 'waiting'
/** Why the last connection ended, where it matters to a person. */
export type SocketReason = 'signed-out' | 'too-many' | 'restart' | 'lost' | null

interface Options {
  /** A fresh ticket; it throws an error with the code `signed-out` when there is no login any more. */
  ticket: (signal: AbortSignal) => Promise<string>
  url?: string
}

const defaultLimitMs = 8000

export class Socket {
  #options: Options
  #ws: WebSocket | null = null
  #state: SocketState = 'closed'
  #reason: SocketReason = null
  #tries = 0
  /** Tries in a row to which nobody said anything. */
  #unanswered = 0
  /** The try to connect that is under way, be it beside an open socket. */
  #dial: Dial | null = null
  /** A try that was under way when it was closed. */
  #leaving: Dial | null = null
  /** The present socket was opened with the ticket at hand. */
  #reconnected = false
  #timer: ReturnType<typeof setTimeout> | undefined
  // An answer that does not come may mean a connection that is dead without knowing it.
  #answers = new Answers(() => this.renew())
  #ticket = new ReconnectTicket(() => this.request('socket.ticket', {}))
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
    this.#connectAtOnce()
  }

  close(reason: SocketReason = null): void {
    this.#release?.()
    this.#release = null
    this.#leaving = this.#dial
    this.#dial = null
    this.#leaving?.spare()
    this.#drop()
    // Whoever opens it next may be somebody else.
    this.#ticket.forget()
    this.#become('closed', reason)
  }

  /** Gives up the present connection for a new one at once: after a change of network the old one is silent. */
  reconnect(): void {
    if (this.#state !== 'closed') this.#connectAtOnce()
  }

  /**
   * Where something should come and does not: opens another connection beside the present one, which gives way to it
   * unless something comes over it first. A server that is only slow loses nobody.
   */
  renew(): void {
    if (this.#state !== 'open') return
    this.#dial ??= this.#newDial()
    this.#dial.want()
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
    const { id, answered } = this.#answers.await(limitMs)
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

  #connectAtOnce(): void {
    this.#tries = this.#unanswered = 0
    this.#connect()
  }

  #connect(): void {
    this.#leaving?.cancel()
    this.#drop()
    this.#dial = this.#newDial()
    this.#become('connecting', this.#reason)
  }

  #newDial(): Dial {
    const reconnect = this.#ticket.now
    // Beside an open socket there is no hurry: that one may only be slow.
    const hurry = reconnect !== undefined && this.#ws === null
    const dial: Dial = new Dial({
      reconnect,
      ticket: this.#options.ticket,
      url: this.#options.url ?? `${location.origin.replace(/^http/, 'ws')}/ws`,
      limitMs: openLimit(this.#unanswered, hurry),
      onOpen: (ws) => this.#take(ws, reconnect !== undefined),
      onFailed: (why) => this.#onFailed(why),
      onSpared: () => dial === this.#dial && this.#onSpared(reconnect !== undefined),
    })
    return dial
  }

  #take(ws: WebSocket, reconnected: boolean): void {
    const renewed = this.#ws !== null
    this.#drop()
    this.#ws = ws
    this.#reconnected = reconnected
    this.#ticket.forget()
    const mine = () => ws === this.#ws
    ws.onmessage = ({ data }) => mine() && this.#onFrame(String(data))
    ws.onclose = ({ code }) => mine() && this.#onClose(code)
    this.#tries = this.#unanswered = 0
    // Whoever must come back after a new connection hears of it by both states.
    if (renewed) this.#become('connecting', 'lost')
    if (mine()) this.#become('open', null)
    if (mine()) this.#ticket.renew()
  }

  #onFailed(why: DialFailure): void {
    if (why === 'signed-out') return this.close('signed-out')
    // The time was spent waiting, so that the next try need not wait as long as after a refusal.
    if (why === 'unanswered') this.#tries = Math.min(this.#tries, 1)
    this.#unanswered = why === 'unanswered' ? this.#unanswered + 1 : 0
    this.#retryLater('lost')
  }

  #onClose(code: number): void {
    if (code === closeCode.signedOut) this.close('signed-out')
    // The ticket at hand was used or void: a fetched one will say more.
    else if (code === closeCode.ticket && this.#reconnected) this.#connect()
    else if (code === closeCode.restart) this.#retryLater('restart')
    else if (code === closeCode.tooMany) this.#retryLater('too-many')
    else if (this.#dial) this.#goOver(this.#dial)
    else this.#retryLater('lost')
  }

  /** The present socket is lost while another is being opened. */
  #goOver(dial: Dial): void {
    this.#ws = null
    this.#answers.abandon()
    this.#ticket.rest()
    dial.want()
    this.#become('connecting', 'lost')
  }

  #onFrame(text: string): void {
    // The present socket lives: nothing has to take its place.
    this.#dial?.spare()
    const frame = JSON.parse(text) as AnswerFrame | EventFrame // our server's only two shapes
    if (!('event' in frame)) return this.#answers.take(frame)
    for (const handler of [...(this.#handlers.get(frame.event) ?? [])]) handler(frame.data)
  }

  #onSpared(reconnected: boolean): void {
    this.#dial = null
    // It may have used up the ticket at hand.
    if (reconnected) this.#ticket.renew()
  }

  #retryLater(reason: SocketReason): void {
    this.#drop()
    this.#timer = setTimeout(() => this.#connect(), retryDelay(this.#tries++, reason === 'too-many'))
    this.#become('waiting', reason)
  }

  /** Ends the present connection and everything that waits on it, silently. */
  #drop(): void {
    clearTimeout(this.#timer)
    this.#dial?.cancel()
    this.#dial = null
    const ws = this.#ws
    this.#ws = null
    ws?.close()
    this.#answers.abandon()
    this.#ticket.rest()
  }

  #become(state: SocketState, reason: SocketReason): void {
    this.#state = state
    this.#reason = reason
    for (const watcher of [...this.#watchers]) watcher()
  }

  #listenToTheBrowser(): () => void {
    return onNetworkReturn({
      onBack: () => this.reconnect(),
      // An open one is left to whoever misses something over it.
      onChanged: () => this.#state !== 'open' && this.reconnect(),
      onSeen: () => this.#state === 'waiting' && this.reconnect(),
    })
  }
}
