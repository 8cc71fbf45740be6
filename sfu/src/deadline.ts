/** Time limits: a hung worker answers nothing, ever, so every call to one ends here. */
import { AppError } from '@peerlearn/contract/errors'

/** Milliseconds that a worker has to answer. It takes under one when well. */
const workerDeadline = 5_000

/**
 * The result of a call to a worker, or AppError 'media-unavailable' after its time. `discard` gets a result that
 * comes too late, so that nothing stays behind in the worker.
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
      reject(new AppError('media-unavailable', 'The media server does not answer. Please try again.'))
    }, ms)
  })
  call.then(
    (result) => expired && discard?.(result),
    () => {},
  )
  try {
    return await Promise.race([call, deadline])
  } finally {
    clearTimeout(timer)
  }
}
