/** One line for each key: what is asked of one peer happens in order, and nobody waits for another peer. */
import { AppError } from '@peerlearn/contract/errors'

/** More waiting than this is a caller gone wrong. */
const longest = 200

interface Line {
  tail: Promise<unknown>
  waiting: number
}

export class Queues {
  readonly #lines = new Map<string, Line>()

  /** Runs the task after every earlier one of this key. @throws AppError too-many-requests when the line is full */
  async run<T>(key: string, task: () => Promise<T> | T): Promise<T> {
    const line = this.#lines.get(key) ?? { tail: Promise.resolve(), waiting: 0 }
    if (line.waiting >= longest) throw new AppError('too-many-requests', 'Too much is asked at once.')
    this.#lines.set(key, line)
    line.waiting += 1
    const result = line.tail.then(task)
    // a turn between two tasks: the answer to the first leaves before the second can tell anything
    line.tail = result.catch(() => {}).then(() => new Promise(setImmediate))
    try {
      return await result
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) this.#lines.delete(key)
    }
  }
}
