/** Making an account, and proving by its password that one is its owner. */
import { AppError } from '@peerlearn/contract/errors'
import type { registration, User } from '@peerlearn/contract/users'
import type { z } from 'zod'
import { newId, violates, type Db } from '../db.ts'
import type { Limits } from '../rate-limit.ts'
import { findCredentials, insertAccount } from '../users/queries.ts'
import { hashPassword, passwordMatches } from './passwords.ts'

interface SignInDeps {
  db: Db
  limits: Limits
}

export interface Attempt {
  email: string
  password: string
  address: string
  /** The device's id if this account knows it. */
  device: string | undefined
}

/** @throws AppError `email-taken` */
export async function register({ db }: { db: Db }, wanted: z.output<typeof registration>): Promise<User> {
  const { password, ...person } = wanted
  const password_hash = await hashPassword(password)
  try {
    return await insertAccount(db, { id: newId(), ...person, password_hash })
  } catch (error) {
    if (violates(error, 'account_email'))
      throw new AppError('email-taken', 'There is an account with this email already. Sign in instead.', {
        email: 'Is taken already.',
      })
    throw error
  }
}

/**
 * The account of this email and password. An unknown email and a wrong password are told alike, in words and in time.
 * @throws AppError `wrong-credentials`, `too-many-requests`
 */
export async function signIn({ db, limits }: SignInDeps, attempt: Attempt): Promise<User> {
  const { email, password, address } = attempt
  const guesser = attempt.device ? `device:${attempt.device}` : email
  const pair = `${guesser} ${address}`
  await limits.refuseSpent('guess-address', address)
  // Counted before it is known to be wrong: a hundred guesses at once must not all pass the check.
  await limits.count('guess-account', guesser)
  await limits.count('account', pair)
  const found = await findCredentials(db, email)
  if (!(await passwordMatches(found?.password_hash, password))) {
    await limits.count('guess-address', address)
    throw new AppError('wrong-credentials', 'The email or the password is wrong.')
  }
  await Promise.all([limits.forget('guess-account', guesser), limits.forget('account', pair)])
  return found!.user // without an account no password matches
}
