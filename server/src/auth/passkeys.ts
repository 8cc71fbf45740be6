/** Passkeys (WebAuthn): made and used by the browser, checked by @simplewebauthn/server. */
import { AppError } from '@peerlearn/contract/errors'
import type { Passkey } from '@peerlearn/contract/security'
import type { passkeyAssertion, passkeyAttestation } from '@peerlearn/contract/proofs'
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { sql } from 'kysely'
import type { Request } from 'express'
import type { z } from 'zod'
import type { Config } from '../config.ts'
import type { DbOrTrx } from '../db.ts'
import { isOwnOrigin, ownHost } from '../origin.ts'

/** More than anybody carries; a bound for what one account may store. */
const most = 20

/** Our site as the browser names it. In a trial it has several names, and a passkey belongs to one. */
export interface Site {
  id: string
  origin: string
}

export function siteOf(config: Config, req: Request): Site {
  const { origin } = req.headers
  const own = isOwnOrigin(config, req) && origin ? origin : new URL(config.PUBLIC_URL).origin
  return { id: new URL(`http://${ownHost(config, req)}`).hostname, origin: own }
}

const refused = () =>
  new AppError('wrong-credentials', 'This passkey was not accepted. Try again, or use another way.')

/** The options for one of these passkeys, as a second step after a password. */
export const secondStepOptions = (site: Site, keys: { id: string; transports: string[] }[]) =>
  generateAuthenticationOptions({ rpID: site.id, allowCredentials: keys, userVerification: 'preferred' })

/** The options for whichever passkey of ours the person picks; it must check who holds it. */
export const passwordlessOptions = (site: Site) =>
  generateAuthenticationOptions({ rpID: site.id, userVerification: 'required' })

/** @throws AppError `limit-reached` */
export async function newPasskeyOptions(
  db: DbOrTrx,
  site: Site,
  { accountId, email, name }: { accountId: string; email: string; name: string },
) {
  const keys = await findPasskeys(db, accountId)
  if (keys.length >= most)
    throw new AppError('limit-reached', `An account has ${most} passkeys at most. Remove one first.`)
  return generateRegistrationOptions({
    rpName: 'PeerLearn',
    rpID: site.id,
    userID: new Uint8Array(Buffer.from(accountId.replaceAll('-', ''), 'hex')),
    userName: email,
    userDisplayName: name,
    excludeCredentials: keys.map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
  })
}

/** Keeps a passkey that was just made for this challenge. @throws AppError `wrong-credentials`, `factor-exists` */
export async function insertPasskey(
  trx: DbOrTrx,
  given: {
    accountId: string
    name: string
    site: Site
    challenge: string
    response: z.output<typeof passkeyAttestation>
  },
): Promise<Passkey> {
  const { accountId, name, site } = given
  const result = await verifyRegistrationResponse({
    response: given.response,
    expectedChallenge: given.challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.id,
    requireUserVerification: false,
  }).catch(() => undefined)
  if (!result?.verified) throw refused()
  const { credential } = result.registrationInfo
  const row = await trx
    .insertInto('passkey')
    .values({
      id: credential.id,
      account_id: accountId,
      public_key: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: (credential.transports ?? []).slice(0, 10),
      name,
    })
    .onConflict((already) => already.column('id').doNothing())
    .returning(['id', 'name', 'created_at', 'used_at'])
    .executeTakeFirst()
  if (!row) throw new AppError('factor-exists', 'This passkey is known already.')
  return toPasskey(row)
}

/** Only an own one. @throws AppError `not-found` */
export async function renamePasskey(
  db: DbOrTrx,
  { accountId, id, name }: { accountId: string; id: string; name: string },
): Promise<Passkey> {
  const row = await db
    .updateTable('passkey')
    .set({ name })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .returning(['id', 'name', 'created_at', 'used_at'])
    .executeTakeFirst()
  if (!row) throw new AppError('not-found', 'This passkey was removed already.')
  return toPasskey(row)
}

const toPasskey = (row: { id: string; name: string; created_at: Date; used_at: Date | null }): Passkey => ({
  id: row.id,
  name: row.name,
  createdAt: row.created_at.toISOString(),
  usedAt: row.used_at?.toISOString() ?? null,
})

export async function findPasskeys(db: DbOrTrx, accountId: string) {
  const rows = await db
    .selectFrom('passkey')
    .select(['id', 'name', 'transports', 'created_at', 'used_at'])
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute()
  return rows.map((row) => ({ ...toPasskey(row), transports: row.transports }))
}

/**
 * Whose passkey answered this challenge. With `accountId` it must be that account's; `verified`: the device must have checked
 * who holds it. A counter that does not grow is a copied key and refused. @throws AppError `wrong-credentials`
 */
export async function provePasskey(
  trx: DbOrTrx,
  given: {
    site: Site
    challenge: string
    response: z.output<typeof passkeyAssertion>
    accountId?: string
    verified?: boolean
  },
): Promise<string> {
  const { site, challenge, response, accountId, verified = false } = given
  const key = await trx
    .selectFrom('passkey')
    .select(['id', 'account_id', 'public_key', 'counter'])
    .where('id', '=', response.id)
    .forUpdate()
    .executeTakeFirst()
  if (!key || (accountId !== undefined && key.account_id !== accountId)) throw refused()
  const result = await verifyAuthenticationResponse({
    response,
    expectedChallenge: challenge,
    expectedOrigin: site.origin,
    expectedRPID: site.id,
    credential: { id: key.id, publicKey: new Uint8Array(key.public_key), counter: Number(key.counter) },
    requireUserVerification: verified,
  }).catch(() => undefined)
  if (!result?.verified) throw refused()
  await trx
    .updateTable('passkey')
    .set({ counter: result.authenticationInfo.newCounter, used_at: sql`now()` })
    .where('id', '=', key.id)
    .execute()
  return key.account_id
}
