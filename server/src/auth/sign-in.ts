/** Making an account, and proving by its password that one is its owner. */
import { AppError } from '@peerlearn/contract/errors'
import type { registration } from '@peerlearn/contract/auth'
import type { User } from '@peerlearn/contract/users'
import type { z } from 'zod'
import { newId, violates, type Db } from '../db.ts'
import type { Mail } from '../mail/mail.ts'
import type { Limits } from '../rate-limit.ts'
import { insertApplication } from '../users/applications.ts'
import { findCredentials, insertAccount } from '../users/queries.ts'
import { mailVerification } from './addresses.ts'
import { guess } from './guesses.ts'
import { hashPassword, passwordMatches } from './passwords.ts'
import { refuseWeak } from './weak-passwords.ts'

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

/** A new account; its address is proved by the link that is mailed to it. @throws AppError `bad-input` (a weak password), `email-taken` */
export async function register(
  { db, mail }: { db: Db; mail: Mail },
  wanted: z.output<typeof registration>,
): Promise<User> {
  const { password, application, timeZone, ...person } = wanted
  refuseWeak(password, person)
  const password_hash = await hashPassword(password)
  try {
    return await db.transaction().execute(async (trx) => {
      const zone = timeZone && { time_zone: timeZone }
      const user = await insertAccount(trx, { id: newId(), ...person, ...zone, password_hash })
      if (application) await insertApplication(trx, { accountId: user.id, about: application })
      await mailVerification(trx, mail, { accountId: user.id, email: user.email })
      return user
    })
  } catch (error) {
    if (violates(error, 'account_email'))
      throw new AppError('email-taken', 'There is an account with this email already. Sign in instead.', {
        email: 'This address belongs to an account already.',
      })
    throw error
  }
}

/**
 * The account of this email and password. An unknown email and a wrong password are told alike, in words and in time.
 * @throws AppError `wrong-credentials`, `too-many-requests`
 */
export async function signIn({ db, limits }: SignInDeps, attempt: Attempt): Promise<User> {
  const { email, password, address, device } = attempt
  return guess(limits, { key: device ? `device:${device}` : email, address }, async () => {
    const found = await findCredentials(db, email)
    if (!(await passwordMatches(found?.password_hash ?? undefined, password)))
      throw new AppError('wrong-credentials', 'The email or the password is wrong.')
    return found!.user // without an account no password matches
  })
}
