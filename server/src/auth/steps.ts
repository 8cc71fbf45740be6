/** What is under way between two requests of a sign-in or a proof. Its name is a random secret, of which the hash is kept. */
import { createHash, randomBytes } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import { sql } from 'kysely'
import { z } from 'zod'
import type { DbOrTrx } from '../db.ts'

const challenge = z.string()

/** What each kind keeps. */
const shapes = {
  /** A second factor is asked: to finish a sign-in, or again of somebody who is signed in (`loginId`). */
  'second-factor': z.strictObject({
    challenge,
    loginId: z.string().nullable(),
    device: z.string().nullable(),
  }),
  passkey: z.strictObject({ challenge }),
  'new-passkey': z.strictObject({ challenge }),
  /** A visit to a provider, and then what it said, which waits for its account's owner. */
  oidc: z.discriminatedUnion('at', [
    z.strictObject({
      at: z.literal('provider'),
      provider: z.string(),
      purpose: z.enum(['sign-in', 'link']),
      verifier: z.string(),
      nonce: z.string(),
      redirect: z.string(),
    }),
    z.strictObject({
      at: z.literal('owner'),
      provider: z.string(),
      issuer: z.string(),
      subject: z.string(),
      email: z.string(),
    }),
  ]),
} as const

export type StepKind = keyof typeof shapes
export type StepData<K extends StepKind> = z.output<(typeof shapes)[K]>

const minutes: Record<StepKind, number> = { 'second-factor': 10, passkey: 5, 'new-passkey': 5, oidc: 15 }

const hashOf = (token: string) => createHash('sha256').update(token).digest()

/** Begins something. @returns the secret that goes on with it */
export async function openStep<K extends StepKind>(
  db: DbOrTrx,
  kind: K,
  {
    accountId,
    data,
    token = newStepToken(),
  }: { accountId: string | null; data: StepData<K>; token?: string },
): Promise<string> {
  await db
    .deleteFrom('sign_in_step')
    .where('expires_at', '<', sql<Date>`now()`)
    .execute()
  await db
    .insertInto('sign_in_step')
    .values({
      hash: hashOf(token),
      kind,
      account_id: accountId,
      data: JSON.stringify(data),
      expires_at: sql`now() + make_interval(mins => ${minutes[kind]})`,
    })
    .execute()
  return token
}

export const newStepToken = (): string => randomBytes(32).toString('base64url')

export interface Step<K extends StepKind> {
  accountId: string | null
  data: StepData<K>
}

const stepOver = () =>
  new AppError('step-over', 'This took too long, or was done already. Please begin again.')

/** What is under way; it stays so. @throws AppError `step-over` */
export async function getStep<K extends StepKind>(db: DbOrTrx, kind: K, token: string): Promise<Step<K>> {
  const row = await db
    .selectFrom('sign_in_step')
    .select(['account_id', 'data'])
    .where('hash', '=', hashOf(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
  return toStep(kind, row)
}

/** What was under way; nobody else gets it any more. @throws AppError `step-over` */
export async function takeStep<K extends StepKind>(db: DbOrTrx, kind: K, token: string): Promise<Step<K>> {
  const row = await db
    .deleteFrom('sign_in_step')
    .where('hash', '=', hashOf(token))
    .where('kind', '=', kind)
    .where('expires_at', '>', sql<Date>`now()`)
    .returning(['account_id', 'data'])
    .executeTakeFirst()
  return toStep(kind, row)
}

/** Nothing that was begun goes on: with the password before, somebody may have come half the way in. */
export const forgetSteps = (trx: DbOrTrx, accountId: string) =>
  trx.deleteFrom('sign_in_step').where('account_id', '=', accountId).execute()

function toStep<K extends StepKind>(
  kind: K,
  row: { account_id: string | null; data: unknown } | undefined,
): Step<K> {
  if (!row) throw stepOver()
  // The shape of this very kind.
  return { accountId: row.account_id, data: shapes[kind].parse(row.data) as StepData<K> }
}
