/** Time limits: a hung worker answers nothing, ever, so every call to one ends here. */
import { AppError } from '@peerlearn/contract/errors'
import { errors } from 'mediasoup'

/** Milliseconds that a worker has to answer. It takes under one when well. */
const workerDeadline = 5_000

/**
 * The result of a call to a worker, or AppError 'media-unavailable' after its time or when the worker dies. `discard`
 * gets a result that comes too late, so that nothing stays behind in the worker.
 */
export async function limited<T>(
  call: Promise<T>,
  discard?: (late: T) => void,
  ms = workerDeadline,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  let expired = false
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      expired = true
      reject(noAnswer())
    }, ms)
  })
  call.then(
    (result) => expired && discard?.(result),
    () => {},
  )
  try {
    return await Promise.race([call, deadline])
  } catch (error) {
    throw error instanceof errors.WorkerClosedError ? noAnswer() : error
  } finally {
    clearTimeout(timer)
  }
}

const noAnswer = () =>
  new AppError('media-unavailable', 'The media server does not answer. Please try again.')

/** Waits for it, but no longer than that. */
export async function within(ms: number, done: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  await Promise.race([done, deadline])
  clearTimeout(timer)
}
