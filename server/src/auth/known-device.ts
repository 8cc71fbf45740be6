/**
 * Guesses are limited by account, so a stranger could lock its owner out by guessing. A device from which somebody signed
 * in carries a mark, and has tries of its own. https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export const deviceDays = 180

const shape = /^([\w-]{22})\.([\w-]{43})$/

const proofOf = (key: Buffer, device: string, email: string) =>
  createHmac('sha256', key).update(`${device}:${email}`).digest('base64url')

/** A mark for this account's device. */
export function markDevice(key: Buffer, email: string): string {
  const device = randomBytes(16).toString('base64url')
  return `${device}.${proofOf(key, device, email)}`
}

/** The device of this mark if it is known to the account. */
export function findDevice(key: Buffer, mark: string | undefined, email: string): string | undefined {
  const [, device, proof] = shape.exec(mark ?? '') ?? []
  if (!device || !proof) return undefined
  return timingSafeEqual(Buffer.from(proofOf(key, device, email)), Buffer.from(proof)) ? device : undefined
}
