/** One server's WebSocket: frames in, answers and notices out. Every request is answered exactly once. */
import { closeCode, requestFrame } from '@peerlearn/contract/channel'
import type { AnswerFrame } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import type { SfuNotice } from '@peerlearn/contract/sfu'
import type { RawData, WebSocket } from 'ws'
import { ZodError } from 'zod'
import type { Channel, NoticeData } from './channel.ts'
import { isMethod } from './handlers.ts'
import type { Handle } from './handlers.ts'
import type { Logger } from './log.ts'

/** Bytes that may wait for a slow server; a healthy one keeps it near nothing. */
const maxWaiting = 8 * 1024 * 1024

export class ControlChannel implements Channel {
  readonly #ws: WebSocket
  readonly #handle: Handle
  readonly #log: Logger
  #silentBeats = 0

  constructor(ws: WebSocket, handle: Handle, log: Logger) {
    this.#ws = ws
    this.#handle = handle
    this.#log = log
    ws.on('message', (data, isBinary) => void this.#receive(data, isBinary))
    ws.on('pong', () => (this.#silentBeats = 0))
    ws.on('error', (error) => log.warn({ err: error }, 'control channel failed'))
  }

  get closed(): boolean {
    return this.#ws.readyState !== this.#ws.OPEN
  }

  tell<N extends SfuNotice>(event: N, data: NoticeData<N>): void {
    this.#send({ event, data })
  }

  /** Ends a channel that left two heartbeats unanswered. */
  beat(): void {
    if (this.#silentBeats >= 2) return this.#ws.terminate()
    this.#silentBeats += 1
    this.#ws.ping()
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }

  async #receive(data: RawData, isBinary: boolean): Promise<void> {
    const frame = isBinary ? undefined : parseFrame(data)
    if (!frame) return this.close(closeCode.protocol, 'Not a request.')
    const { id, method } = frame
    if (!isMethod(method)) return this.close(closeCode.protocol, 'No such message.')
    try {
      this.#send({ id, ok: true, data: await this.#handle(method, frame.data, this) })
    } catch (error) {
      this.#send({ id, ok: false, error: this.#bodyOf(error, method) })
    }
  }

  #bodyOf(error: unknown, method: string): (AnswerFrame & { ok: false })['error'] {
    if (error instanceof AppError) return error.toBody()
    if (error instanceof ZodError) return badInput(error)
    this.#log.error({ err: error, method }, 'a request failed')
    return { code: 'internal-error', message: 'The media server failed to do this.' }
  }

  #send(frame: AnswerFrame | { event: SfuNotice; data: unknown }): void {
    if (this.closed) return
    if (this.#ws.bufferedAmount > maxWaiting) return this.#ws.terminate()
    this.#ws.send(JSON.stringify(frame))
  }
}

function parseFrame(data: RawData) {
  try {
    // text arrives as one Buffer: ws joins fragments unless told otherwise
    return requestFrame.safeParse(JSON.parse((data as Buffer).toString('utf8'))).data
  } catch {
    return undefined
  }
}

function badInput(error: ZodError) {
  const details = Object.fromEntries(
    error.issues.slice(0, 10).map((issue) => [issue.path.join('.') || '.', issue.message]),
  )
  return { code: 'bad-input' as const, message: 'This request is not in the contract.', details }
}
