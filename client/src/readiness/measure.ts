/** What an open way is worth: round trip, loss, and how much fits in each direction. About six seconds. */
import type { ReadinessResult } from '@peerlearn/contract/readiness'
import { FillRate, growingFill, probeLimits } from '@peerlearn/contract/probe'
import type { ProbeFrame } from '@peerlearn/contract/probe'
import { PingCount } from './ping-count.ts'

export type Measured = Pick<ReadinessResult, 'downBits' | 'upBits' | 'rttMs' | 'lossDown' | 'lossUp'>
export type MeasureStep = 'distance' | 'down' | 'up'

/** Bits a second to ask for at most. */
export interface FillWish {
  down: number
  up: number
}

/** What of a ProbePath it needs. */
export interface Talk {
  onFrame: (frame: ProbeFrame, bytes: number) => void
  readonly waiting: number
  send(frame: ProbeFrame): void
}

const pings = 80
const pingEvery = 15
/** Milliseconds that the last pings may take to come back. */
const lastPings = 500
const tick = 10
/** Bytes that may wait in the browser: what is more only makes a thin link slow for long. */
const maxWaiting = 16 * 1024
/** Milliseconds for the first sign of a fill, and for what is still under way at its end. */
const firstSign = 2_000
const underWay = 150

/** Until `endAt` (of performance.now()) at most; rejects with the signal's reason when it is aborted. */
export async function measure(
  talk: Talk,
  wish: FillWish,
  { signal, endAt }: { signal: AbortSignal; endAt: number },
  onStep: (step: MeasureStep) => void,
): Promise<Measured> {
  const pace = new Pace(signal, endAt)
  onStep('distance')
  const distance = await measureDistance(talk, pace)
  onStep('down')
  const downBits = await measureDown(talk, wish.down, pace)
  onStep('up')
  const upBits = await measureUp(talk, wish.up, pace)
  return { ...distance, downBits, upBits }
}

/** Waits that end early when the check is stopped or has taken its time. */
class Pace {
  #signal: AbortSignal
  #endAt: number

  constructor(signal: AbortSignal, endAt: number) {
    this.#signal = signal
    this.#endAt = endAt
  }

  get over(): boolean {
    return performance.now() >= this.#endAt
  }

  wait(ms: number): Promise<void> {
    const signal = this.#signal
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error)
      const stop = () => {
        clearTimeout(timer)
        reject(signal.reason as Error)
      }
      const done = () => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      const timer = setTimeout(done, Math.min(ms, Math.max(0, this.#endAt - performance.now())))
      signal.addEventListener('abort', stop, { once: true })
    })
  }

  /** Until it is so, or after this time all the same. */
  async until(so: () => boolean, ms: number): Promise<void> {
    for (const end = performance.now() + ms; !so() && !this.over && performance.now() < end;)
      await this.wait(tick)
  }
}

async function measureDistance(talk: Talk, pace: Pace) {
  const count = new PingCount()
  talk.onFrame = (frame) => frame.kind === 'ping' && count.back(frame, performance.now())
  for (let number = 0; number < pings; number++) {
    talk.send({ kind: 'ping', number: count.sent(performance.now()), heard: 0 })
    await pace.wait(pingEvery)
  }
  await pace.until(() => count.complete, lastPings)
  return count.result
}

async function measureDown(talk: Talk, bits: number, pace: Pace): Promise<number | null> {
  const rate = new FillRate()
  let began = 0
  talk.onFrame = (frame, bytes) => {
    if (frame.kind !== 'fill') return
    began ||= performance.now()
    rate.add(bytes, performance.now())
  }
  // It may be lost, and only the first one counts.
  for (let tries = 0; tries < 4 && !began && !pace.over; tries++) {
    talk.send({ kind: 'start', bits })
    await pace.until(() => began > 0, firstSign / 4)
  }
  if (!began) return null
  await pace.wait(probeLimits.fillMs + underWay)
  return rate.bits
}

async function measureUp(talk: Talk, bits: number, pace: Pace): Promise<number | null> {
  let came: number | null = null
  talk.onFrame = (frame) => {
    if (frame.kind === 'came' && frame.bits > 0) came = frame.bits
  }
  const began = performance.now()
  for (let at = began, due = 0; at - began < probeLimits.fillMs && !pace.over;) {
    await pace.wait(tick)
    const now = performance.now()
    // What a slow page or link could not take in time is not made up for later.
    due = Math.min(due + (Math.min(bits, growingFill(now - began)) * (now - at)) / 8000, maxWaiting)
    at = now
    for (; due >= probeLimits.fillBytes && talk.waiting < maxWaiting; due -= probeLimits.fillBytes)
      talk.send({ kind: 'fill' })
  }
  await pace.wait(underWay)
  await pace.until(() => came !== null, firstSign)
  return came
}
