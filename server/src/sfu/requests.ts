/** The requests of one control connection that wait for their answer, each for a limited time. */
import { answerFrame } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import { sfuMessages, type SfuMethod } from '@peerlearn/contract/sfu'
import type { InputOf, OutputOf } from '@peerlearn/contract/channel'

export type SfuInput<M extends SfuMethod> = InputOf<(typeof sfuMessages)[M]>
export type SfuOutput<M extends SfuMethod> = OutputOf<(typeof sfuMessages)[M]>

export const mediaUnavailable = () =>
  new AppError('media-unavailable', 'The media server does not answer just now. It will be tried again.')

interface Waiting {
  method: SfuMethod
  resolve: (data: unknown) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

export class Requests {
  readonly #send: (frame: string) => void
  readonly #limitMs: number
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(send: (frame: string) => void, limitMs: number) {
    this.#send = send
    this.#limitMs = limitMs
  }

  /** @throws AppError the node's refusal, or `media-unavailable` when no answer comes in time */
  request<M extends SfuMethod>(method: M, data: SfuInput<M>): Promise<SfuOutput<M>> {
    const id = ++this.#lastId
    return new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(mediaUnavailable())
      }, this.#limitMs)
      this.#waiting.set(id, { method, resolve, reject, timer })
      this.#send(JSON.stringify({ id, method, data }))
    }) as Promise<SfuOutput<M>> // settled below with what the method's own schema parsed
  }

  /** @throws when the frame is no answer of the contract; one that nobody waits for any more is dropped */
  settle(frame: unknown): void {
    const answer = answerFrame.parse(frame)
    const waiting = this.#waiting.get(answer.id)
    if (!waiting) return
    this.#waiting.delete(answer.id)
    clearTimeout(waiting.timer)
    if (!answer.ok)
      return waiting.reject(new AppError(answer.error.code, answer.error.message, answer.error.details))
    const parsed = sfuMessages[waiting.method].output.safeParse(answer.data)
    if (parsed.success) waiting.resolve(parsed.data)
    else waiting.reject(new Error(`The node's answer to ${waiting.method} is not of the contract`))
  }

  /** The connection is gone: nothing of it will be answered. */
  abandon(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(mediaUnavailable())
    }
    this.#waiting.clear()
  }
}
