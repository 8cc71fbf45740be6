/** Which requests wait for an answer, and for how long. */
import type { AnswerFrame } from '@peerlearn/contract/channel'
import { offline, SocketError } from './socket-error.ts'

interface Waiting {
  resolve: (data: unknown) => void
  reject: (error: SocketError) => void
  timer: ReturnType<typeof setTimeout>
}

/** A timer as late as this tells that the page itself stood still: what came meanwhile is heard before silence is called. */
const lateMs = 100

export class Answers {
  #onSilence: () => void
  #nextId = 1
  #waiting = new Map<number, Waiting>()

  /** @param onSilence an answer did not come in time */
  constructor(onSilence: () => void) {
    this.#onSilence = onSilence
  }

  /** The id of the next request, and its answer: rejects with the server's code, `timeout`, or `offline` when abandoned. */
  await(limitMs: number): { id: number; answered: Promise<unknown> } {
    const id = this.#nextId++
    const dueAt = Date.now() + limitMs
    const answered = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(() => this.#due(id, dueAt), limitMs)
      this.#waiting.set(id, { resolve, reject, timer })
    })
    return { id, answered }
  }

  take(frame: AnswerFrame): void {
    const waiting = this.#waiting.get(frame.id)
    if (!waiting) return
    this.#waiting.delete(frame.id)
    clearTimeout(waiting.timer)
    if (frame.ok) waiting.resolve(frame.data)
    else waiting.reject(new SocketError(frame.error.code, frame.error.message))
  }

  /** None of them can come any more. */
  abandon(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(offline())
    }
    this.#waiting.clear()
  }

  #due(id: number, at: number): void {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    if (Date.now() - at < lateMs) this.#miss(id)
    else waiting.timer = setTimeout(() => this.#miss(id), lateMs)
  }

  #miss(id: number): void {
    this.#waiting.get(id)?.reject(new SocketError('timeout', 'The server did not answer in time.'))
    this.#waiting.delete(id)
    this.#onSilence()
  }
}
