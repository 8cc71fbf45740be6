/** A server's end of a control channel. Every answer and notice is checked against the contract as it arrives. */
import { createHmac, randomUUID } from 'node:crypto'
import { answerFrame, eventFrame } from '@peerlearn/contract/channel'
import type { InputOf, OutputOf } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import { controlHeaders, sfuMessages, sfuNotices } from '@peerlearn/contract/sfu'
import type { SfuMethod, SfuNotice } from '@peerlearn/contract/sfu'
import { WebSocket } from 'ws'
import type { z } from 'zod'
import { until } from './until.ts'

type Data<N extends SfuNotice> = z.infer<(typeof sfuNotices)[N]>
export interface Told {
  event: SfuNotice
  data: unknown
}
interface Waiting {
  method: SfuMethod
  resolve: (output: unknown) => void
  reject: (error: Error) => void
}

export const proof = (secret: string, side: string, nonce: string, time: string) =>
  createHmac('sha256', secret).update(`${side}:${nonce}:${time}`).digest('hex')

export function headersFor(secret: string, nonce: string = randomUUID(), time = String(Date.now())) {
  return {
    [controlHeaders.nonce]: nonce,
    [controlHeaders.time]: time,
    [controlHeaders.proof]: proof(secret, 'server', nonce, time),
  }
}

export class ServerEnd {
  readonly ws: WebSocket
  readonly told: Told[] = []
  /** Called for each notice as it arrives. */
  readonly onTold = new Set<(told: Told) => void>()
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  private constructor(ws: WebSocket) {
    this.ws = ws
    ws.on('message', (data: Buffer) => this.#receive(JSON.parse(data.toString())))
    ws.on('close', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the control channel closed'))
    })
  }

  /** Opens a channel and waits for the node's hello. */
  static async open(port: number, secret: string, headers = headersFor(secret)): Promise<ServerEnd> {
    const end = new ServerEnd(new WebSocket(`ws://127.0.0.1:${port}/`, { headers }))
    await new Promise((resolve, reject) => end.ws.once('open', resolve).once('error', reject))
    await end.heard('node.hello')
    return end
  }

  /** Asks the node. @throws AppError as the node answered it */
  async ask<M extends SfuMethod>(
    method: M,
    data: InputOf<(typeof sfuMessages)[M]>,
  ): Promise<OutputOf<(typeof sfuMessages)[M]>> {
    // what the caller gets is what the contract's schema of this method has parsed
    return (await this.askAnything(method, data)) as OutputOf<(typeof sfuMessages)[M]>
  }

  /** Asks with whatever data, as a client gone wrong would. */
  askAnything(method: SfuMethod, data: unknown): Promise<unknown> {
    const id = ++this.#lastId
    this.ws.send(JSON.stringify({ id, method, data }))
    return new Promise((resolve, reject) => this.#waiting.set(id, { method, resolve, reject }))
  }

  /** Everything of one kind that was told so far. */
  all<N extends SfuNotice>(event: N): Data<N>[] {
    // parsed by the schema of its event as it arrived
    return this.told.filter((one) => one.event === event).map((one) => one.data as Data<N>)
  }

  /** Waits until such a notice was told. */
  heard<N extends SfuNotice>(event: N, like: (data: Data<N>) => boolean = () => true, ms = 10_000) {
    return until(`${event} is told`, () => this.all(event).find(like), ms)
  }

  close(): void {
    this.ws.close()
  }

  #receive(frame: unknown): void {
    const event = eventFrame.safeParse(frame).data
    if (event) return this.#hear(event.event as SfuNotice, event.data) // parsed by the event's own schema next
    const answer = answerFrame.parse(frame)
    const waiting = this.#waiting.get(answer.id)
    this.#waiting.delete(answer.id)
    if (!waiting) throw new Error(`answered twice: ${JSON.stringify(frame)}`)
    if (!answer.ok) {
      const { code, message, details } = answer.error
      return waiting.reject(new AppError(code, message, details))
    }
    const output = sfuMessages[waiting.method].output.safeParse(answer.data)
    if (output.success) waiting.resolve(output.data)
    else waiting.reject(new Error(`${waiting.method} answers outside the contract: ${output.error.message}`))
  }

  #hear(event: SfuNotice, data: unknown): void {
    const told = { event, data: sfuNotices[event].parse(data) }
    this.told.push(told)
    for (const run of this.onTold) run(told)
  }
}
