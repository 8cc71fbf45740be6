import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../setup/refusal.mjs'

const LIMIT = 120_000

/** Waits until the server says that all it needs is there. */
export async function waitUntilReady(port: number): Promise<void> {
  const until = Date.now() + LIMIT
  let last = 'no answer'
  while (Date.now() < until) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/health/ready`, {
        signal: AbortSignal.timeout(5_000),
      })
      if (response.status === 200) return
      last = `${response.status} ${(await response.text()).slice(0, 300)}`
    } catch {
      // Not listening yet.
    }
    await sleep(50)
  }
  throw new Refusal(
    `The server is not ready after ${LIMIT / 1000} s (/health/ready: ${last}): see the logs in DATA_DIR/logs.`,
  )
}

/** Waits until something listens there, for a while; what needs it says so itself should it not. */
export async function waitUntilListening(port: number): Promise<void> {
  const until = Date.now() + 10_000
  while (Date.now() < until && !(await listens(port))) await sleep(25)
}

const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => done(true)).once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
