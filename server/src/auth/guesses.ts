/** How often somebody may guess: a password, a code, a recovery code. */
import { AppError } from '@peerlearn/contract/errors'
import type { Limits } from '../rate-limit.ts'

export interface Guesser {
  /** Whose secret is guessed; from a device that the account knows, the device: its owner is not locked out by others. */
  key: string
  address: string
}

/** Lets somebody try. Right answers give the tries back. @throws AppError `too-many-requests`, and what `check` throws */
export async function guess<T>(
  limits: Limits,
  { key, address }: Guesser,
  check: () => Promise<T>,
): Promise<T> {
  const pair = `${key} ${address}`
  await limits.refuseSpent('guess-address', address)
  // Counted before it is known to be wrong: a hundred guesses at once must not all pass the check.
  await limits.count('guess-account', key)
  await limits.count('account', pair)
  try {
    const right = await check()
    await Promise.all([limits.forget('guess-account', key), limits.forget('account', pair)])
    return right
  } catch (error) {
    if (error instanceof AppError && error.code === 'wrong-credentials')
      await limits.count('guess-address', address)
    throw error
  }
}
