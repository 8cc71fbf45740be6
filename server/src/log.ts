/** JSON lines on stdout, each with the id of the request that it belongs to. Never a body, a token or what people said. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { pino, type DestinationStream, type Logger } from 'pino'

const requests = new AsyncLocalStorage<{ requestId: string }>()

/** Runs this and all that it starts under the request's id. */
export const withRequest = <T>(requestId: string, run: () => T): T => requests.run({ requestId }, run)

export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: undefined,
    mixin: () => requests.getStore() ?? {},
    redact: { paths: ['*.authorization', '*.cookie', '*.password', '*.token'], censor: '(secret)' },
  }
  return destination ? pino(options, destination) : pino(options)
}
