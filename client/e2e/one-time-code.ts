/** Codes of an authenticator app, for people of tests who sign in more often than a person can. */
import { setTimeout as sleep } from 'node:timers/promises'
import { presentCode } from '../../server/src/auth/totp.ts'

const stepMs = 30_000
/** The newest time step whose code was used, by secret. */
const used = new Map<string, number>()

/** A code that counts now: the server takes each once, and those of the step before and after the present one. */
export async function nextCode(secret: string): Promise<string> {
  const now = () => Math.floor(Date.now() / stepMs)
  const step = Math.max(now(), (used.get(secret) ?? 0) + 1)
  used.set(secret, step)
  while (step > now() + 1) await sleep(200)
  return presentCode(secret, new Date(step * stepMs))
}
