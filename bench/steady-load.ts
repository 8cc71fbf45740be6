/**
 * Requests that come when people come: at random moments, so many a second on average, whether or not the earlier ones
 * were answered. Each is timed from the moment it was due, so a server that falls behind can't hide it. (autocannon's
 * rates send each second's requests all at once, and its correction for waiting counts with an interval of 1 ms.)
 */
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Load {
  /** Requests a second that were answered with 200. */
  rate: number
  /** Milliseconds from due to whole, ascending. */
  times: number[]
  failed: number
}

interface Wish {
  rate: number
  seconds: number
  /** The next request: its path, and the address it comes from. */
  next: () => { path: string; address: string }
}

export async function steadyLoad(url: string, { rate, seconds, next }: Wish): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 })
  const times: number[] = []
  let failed = 0
  const start = performance.now()
  const asked: Promise<void>[] = []
  const ask = async (due: number) => {
    const { path, address } = next()
    const ok = await isAnswered(`${url}${path}`, agent, address)
    if (ok) times.push(performance.now() - due)
    else failed++
  }
  for (let due = start; due < start + seconds * 1000; due += (-Math.log(1 - Math.random()) * 1000) / rate) {
    if (due > performance.now()) await sleep(due - performance.now())
    asked.push(ask(due))
  }
  await Promise.all(asked)
  agent.destroy()
  return { rate: times.length / seconds, times: times.toSorted((a, b) => a - b), failed }
}

function isAnswered(url: string, agent: Agent, address: string): Promise<boolean> {
  return new Promise((done) => {
    const headers = { 'x-forwarded-for': address }
    const request = get(url, { agent, headers, timeout: 10_000 }, (answer) => {
      answer.resume()
      answer.once('end', () => done(answer.statusCode === 200))
      answer.once('error', () => done(false))
    })
    request.once('timeout', () => request.destroy(new Error('no answer')))
    request.once('error', () => done(false))
  })
}

/** The time under which this share of the requests stayed. */
export const percentile = ({ times }: Load, share: number): number =>
  Math.round((times[Math.ceil(times.length * share) - 1] ?? Infinity) * 10) / 10
