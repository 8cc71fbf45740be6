/** How both ends of the control channel show that they know SFU_SECRET, without sending it. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { controlHeaders } from '@peerlearn/contract/sfu'

const proofOf = (secret: string, side: 'server' | 'sfu', nonce: string, time: string) =>
  createHmac('sha256', secret).update(`${side}:${nonce}:${time}`).digest('hex')

export interface Challenge {
  /** What the server sends when it opens the channel. */
  headers: Record<string, string>
  /** Does this proof, from the node's hello, show that the node knows the secret? */
  accepts: (proof: string) => boolean
}

/** A fresh one for each connection: the node's proof answers this nonce alone. */
export function newChallenge(secret: string): Challenge {
  const nonce = randomBytes(16).toString('hex')
  const time = String(Date.now())
  const expected = Buffer.from(proofOf(secret, 'sfu', nonce, time))
  return {
    headers: {
      [controlHeaders.nonce]: nonce,
      [controlHeaders.time]: time,
      [controlHeaders.proof]: proofOf(secret, 'server', nonce, time),
    },
    accepts(proof) {
      const given = Buffer.from(proof)
      return given.length === expected.length && timingSafeEqual(given, expected)
    },
  }
}
