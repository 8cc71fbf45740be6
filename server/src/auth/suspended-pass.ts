/**
 * Suspended people have no login, and still a right to their data and to be forgotten (GDPR, articles 15, 17 and 20). Whoever
 * signs in as one of them, with all proofs that the account asks for, gets a pass for these two and for nothing else: it is
 * no login, has no cookie, opens no socket, and ends with the suspension, or with another password.
 */
import { createHash } from 'node:crypto'
import type { Suspension } from '@peerlearn/contract/auth'
import { z } from 'zod'
import type { DbOrTrx } from '../db.ts'
import type { DataOwner } from '../http.ts'
import { createSignedTokens, signedOut, type TokenSecrets } from './signed-tokens.ts'

/** As long as a proof of who somebody is counts as fresh. */
const passSeconds = 15 * 60

export interface Passes {
  /** The pass of somebody who has proved who they are; undefined when they are not suspended. */
  find(db: DbOrTrx, accountId: string): Promise<Suspension | undefined>
  /** Whether this token says that it is a pass: `verify` knows. */
  isPass(token: string): boolean
  /** Whose pass this is. @throws AppError `signed-out` for one that is not ours, or over */
  verify(db: DbOrTrx, token: string): Promise<DataOwner>
}

export function createPasses(secrets: TokenSecrets, now: () => Date): Passes {
  const tokens = createSignedTokens(secrets, now, {
    typ: 'own-data+jwt',
    audience: 'peerlearn-own-data',
    seconds: passSeconds,
    claims: z.object({ sub: z.uuid(), standing: z.string() }),
  })
  return {
    async find(db, accountId) {
      const account = await findSuspended(db, accountId)
      if (!account) return undefined
      const pass = await tokens.sign({ sub: accountId, standing: standingOf(account) })
      const { name, suspended_at: at, suspended_because: reason } = account
      return { name, since: at.toISOString(), reason: reason ?? '', pass, expiresIn: passSeconds }
    },
    isPass: (token) => tokens.saysSo(token),
    async verify(db, token) {
      const { sub: userId, standing } = await tokens.verify(token)
      const account = await findSuspended(db, userId)
      if (!account || standingOf(account) !== standing) throw signedOut()
      const { name, roles, verified } = account
      return { userId, loginId: null, name, roles, verified, secondFactorAt: null }
    },
  }
}

const findSuspended = (db: DbOrTrx, accountId: string) =>
  db
    .selectFrom('account')
    .select(['name', 'roles', 'suspended_because', 'password_hash'])
    .select((eb) => eb.ref('suspended_at').$notNull().as('suspended_at'))
    .select((eb) => eb('email_verified_at', 'is not', null).$castTo<boolean>().as('verified'))
    .where('id', '=', accountId)
    .where('suspended_at', 'is not', null)
    .where('erased_at', 'is', null)
    .executeTakeFirst()

type Suspended = NonNullable<Awaited<ReturnType<typeof findSuspended>>>

/** Of this suspension and this password; the salt in the hash keeps it from telling anything of the password. */
const standingOf = ({ suspended_at, password_hash }: Suspended): string =>
  createHash('sha256')
    .update(JSON.stringify([suspended_at, password_hash]))
    .digest('base64url')
