/** A person's WebSocket as the page has one: typed requests, and everything told goes to one listener. */
import type { AnswerFrame, EventFrame } from '@peerlearn/contract/channel'
import { subprotocol } from '@peerlearn/contract/channel'
import type {
  ClientInput,
  ClientMethod,
  ClientNotice,
  ClientNotices,
  ClientOutput,
} from '@peerlearn/contract/client-channel'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { Refused } from './api.ts'

export type Told = { [N in ClientNotice]: { event: N; data: ClientNotices[N] } }[ClientNotice]

export class LightSocket {
  readonly #ws: WebSocket
  readonly #waiting = new Map<number, (answer: AnswerFrame | 'closed') => void>()
  #nextId = 1

  private constructor(ws: WebSocket, hear: (told: Told) => void, closed: (code: number) => void) {
    this.#ws = ws
    ws.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as AnswerFrame | EventFrame // the product's own words
      if ('event' in frame) return hear(frame as Told)
      this.#answered(frame.id, frame)
    })
    ws.on('error', () => undefined) // its close follows
    ws.once('close', (code) => {
      for (const id of [...this.#waiting.keys()]) this.#answered(id, 'closed')
      closed(code)
    })
  }

  /** @throws when it is not let in */
  static async open(url: string, ticket: string, hear: (told: Told) => void, closed: (code: number) => void) {
    const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, [subprotocol, `ticket.${ticket}`], {
      origin: url,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    })
    // Made before it opens: what is told at once is heard.
    const socket = new LightSocket(ws, hear, closed)
    await once(ws, 'open')
    return socket
  }

  /** @throws Refused as the server answers, or when the socket closes before it does */
  async request<M extends ClientMethod>(method: M, data: ClientInput<M>): Promise<ClientOutput<M>> {
    const answer = await this.ask(method, data)
    if (answer.ok) return answer.data as ClientOutput<M> // as the contract declares
    throw new Refused(answer.error)
  }

  /** Sends anything as a request and gives its answer as it came. */
  async ask(method: string, data: unknown): Promise<AnswerFrame> {
    const id = this.#nextId++
    const { promise, resolve } = Promise.withResolvers<AnswerFrame | 'closed'>()
    this.#waiting.set(id, resolve)
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(JSON.stringify({ id, method, data }))
    else this.#answered(id, 'closed')
    const answer = await promise
    if (answer === 'closed') throw new Error(`the socket closed before ${method} was answered`)
    return answer
  }

  get open(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }

  close(): void {
    this.#ws.close()
  }

  #answered(id: number, answer: AnswerFrame | 'closed'): void {
    this.#waiting.get(id)?.(answer)
    this.#waiting.delete(id)
  }
}
