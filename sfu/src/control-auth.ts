/** Both ends of a control channel prove that they know the secret, without sending it. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { controlHeaders } from '@peerlearn/contract/sfu'
import { z } from 'zod'

/** Milliseconds that the clocks of server and node may differ. */
const clockTolerance = 30_000

const claims = z.object({
  [controlHeaders.nonce]: z.string().min(16).max(128),
  [controlHeaders.time]: z.string().regex(/^\d{1,15}$/),
  [controlHeaders.proof]: z.string().regex(/^[0-9a-f]{64}$/),
})

const proofOf = (secret: string, side: 'server' | 'sfu', nonce: string, time: string) =>
  createHmac('sha256', secret).update(`${side}:${nonce}:${time}`).digest('hex')

/** What a node that follows another sends to open the channel, and the proof that the other must answer. */
export function challenge(secret: string): { headers: Record<string, string>; expected: string } {
  const nonce = randomBytes(16).toString('hex')
  const time = String(Date.now())
  return {
    headers: {
      [controlHeaders.nonce]: nonce,
      [controlHeaders.time]: time,
      [controlHeaders.proof]: proofOf(secret, 'server', nonce, time),
    },
    expected: proofOf(secret, 'sfu', nonce, time),
  }
}

export const sameProof = (given: string, expected: string) =>
  given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))

export class ControlAuth {
  readonly #secret: string
  /** Nonces that were used, until their time is too old to count anyway. */
  readonly #used = new Map<string, number>()

  constructor(secret: string) {
    this.#secret = secret
  }

  /** The node's own proof when the server's is right, fresh and new; undefined refuses it. */
  accept(headers: IncomingHttpHeaders, now = Date.now()): string | undefined {
    const parsed = claims.safeParse(headers)
    if (!parsed.success) return undefined
    const nonce = parsed.data[controlHeaders.nonce] ?? ''
    const time = parsed.data[controlHeaders.time] ?? ''
    const proof = parsed.data[controlHeaders.proof] ?? ''
    if (Math.abs(now - Number(time)) > clockTolerance) return undefined
    const expected = proofOf(this.#secret, 'server', nonce, time)
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(proof))) return undefined
    if (!this.#isNew(nonce, Number(time), now)) return undefined
    return proofOf(this.#secret, 'sfu', nonce, time)
  }

  #isNew(nonce: string, time: number, now: number): boolean {
    for (const [old, expires] of this.#used) if (expires < now) this.#used.delete(old)
    if (this.#used.has(nonce)) return false
    this.#used.set(nonce, time + clockTolerance)
    return true
  }
}
