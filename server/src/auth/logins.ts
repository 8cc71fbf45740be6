/**
 * A login is a family of refresh tokens: one alive at a time. Each use replaces it; using an older one again means that two
 * hold the same token, one of whom stole it, and ends the family.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { audit } from '../audit/audit.ts'
import type { Bus } from '../bus.ts'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Database } from '../schema.ts'

export const refreshDays = 30
/** Two tabs, or a client whose answer was lost, may use the direct predecessor for this long. */
const graceSeconds = 5

const hashOf = (token: string) => createHash('sha256').update(token).digest()

/** A token names its login, so that reuse of any ancestor is recognised, and carries 256 bits that nobody can guess. */
const tokenShape = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[\w-]{43}$/
const idOf = (token: string) => tokenShape.exec(token)?.[1]

/**
 * The successor is an HMAC of its predecessor, under a key of the server: unguessable for anybody else, and the same one
 * for both of two tabs that refresh at once, so neither ends up with a token that the other made void.
 */
function successor(key: Buffer, loginId: string, token: string): string {
  return `${loginId}.${createHmac('sha256', key).update(token).digest('base64url')}`
}

/** Where a login is used from, for its person to recognise. */
export interface Seen {
  device: string
  address: string
}

export async function startLogin(
  db: DbOrTrx,
  accountId: string,
  { seen, secondFactor = false }: { seen?: Seen; secondFactor?: boolean } = {},
): Promise<{ loginId: string; token: string }> {
  await db
    .deleteFrom('login')
    .where('account_id', '=', accountId)
    .where('expires_at', '<', sql<Date>`now()`)
    .execute()
  const loginId = newId()
  const token = `${loginId}.${randomBytes(32).toString('base64url')}`
  await db
    .insertInto('login')
    .values({
      id: loginId,
      account_id: accountId,
      token_hash: hashOf(token),
      expires_at: sql`now() + make_interval(days => ${refreshDays})`,
      ...seen,
      ...(secondFactor && { second_factor_at: sql`now()` }),
    })
    .execute()
  return { loginId, token }
}

export type Rotation =
  | { kind: 'rotated'; loginId: string; accountId: string; token: string; expiresAt: Date }
  /** A token was used twice: the family is ended by now, tell its sockets and its owner. */
  | { kind: 'reused'; loginId: string; accountId: string }
  | { kind: 'unknown' }

/** Replaces a refresh token by its successor. */
export async function rotateLogin(db: Db, key: Buffer, token: string, seen?: Seen): Promise<Rotation> {
  const id = idOf(token)
  if (!id) return { kind: 'unknown' }
  return db.transaction().execute(async (trx): Promise<Rotation> => {
    const login = await lockLogin(trx, id)
    if (!login) return { kind: 'unknown' }
    const next = successor(key, id, token)
    const rotated = {
      kind: 'rotated' as const,
      loginId: id,
      accountId: login.account_id,
      token: next,
      expiresAt: login.expires_at,
    }
    const hash = hashOf(token)
    if (hash.equals(login.token_hash)) {
      await replaceToken(trx, id, { hash: hashOf(next), previous: hash, seen })
      return rotated
    }
    if (login.previous_hash?.equals(hash) && login.fresh && hashOf(next).equals(login.token_hash))
      return rotated
    // A token of long ago can't be told from a made-up one; but for that one must know the login's id, which its owner alone is told.
    await setEnded(trx, id)
    await audit(trx, {
      actorId: null,
      action: 'login.token-reused',
      subject: `login:${id}`,
      data: { accountId: login.account_id },
    })
    return { kind: 'reused', loginId: id, accountId: login.account_id }
  })
}

const lockLogin = (trx: Transaction<Database>, id: string) =>
  trx
    .selectFrom('login')
    .select(['account_id', 'token_hash', 'previous_hash', 'expires_at'])
    .select(sql<boolean>`rotated_at > now() - make_interval(secs => ${graceSeconds})`.as('fresh'))
    .where('id', '=', id)
    .where(isAlive)
    .forUpdate()
    .executeTakeFirst()

const replaceToken = (
  trx: DbOrTrx,
  id: string,
  { hash, previous, seen }: { hash: Buffer; previous: Buffer; seen: Seen | undefined },
) =>
  trx
    .updateTable('login')
    .set({ token_hash: hash, previous_hash: previous, rotated_at: sql`now()`, seen_at: sql`now()`, ...seen })
    .where('id', '=', id)
    .execute()

export const isAlive = sql<boolean>`login.ended_at is null and login.expires_at > now()`

const setEnded = (db: DbOrTrx, id: string) =>
  db
    .updateTable('login')
    .set({ ended_at: sql`now()` })
    .where('id', '=', id)
    .execute()

/** Ends the login of this token, the present or the one before. @returns its id, if there was one */
export async function endLogin(db: DbOrTrx, token: string): Promise<string | undefined> {
  const id = idOf(token)
  if (!id) return undefined
  const hash = hashOf(token)
  const ended = await db
    .updateTable('login')
    .set({ ended_at: sql`now()` })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('token_hash', '=', hash), eb('previous_hash', '=', hash)]))
    .where('ended_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return ended?.id
}

/** Ends logins of an account: all, one of them, or all but one. @returns the ids of those that lived */
export async function endLogins(
  trx: DbOrTrx,
  { accountId, only, except }: { accountId: string; only?: string; except?: string },
): Promise<string[]> {
  let query = trx
    .updateTable('login')
    .set({ ended_at: sql`now()` })
    .where('account_id', '=', accountId)
    .where(isAlive)
  if (only) query = query.where('id', '=', only)
  if (except) query = query.where('id', '!=', except)
  const rows = await query.returning('id').execute()
  return rows.map(({ id }) => id)
}

/** Their sockets and media close, on every server. Call it after the commit. */
export function tellEnded(bus: Bus, loginIds: readonly string[]): void {
  for (const id of loginIds) bus.publish(loginChannel(id), 'ended')
}

/**
 * The people behind those of these logins that live now: name, roles and proofs as they are now. Nobody is behind the logins
 * of somebody suspended or erased, whatever else says that they live.
 */
export async function findLogins(db: DbOrTrx, loginIds: string[]): Promise<Map<string, Who>> {
  const rows = await db
    .selectFrom('login')
    .innerJoin('account', 'account.id', 'login.account_id')
    .select([
      'login.id as loginId',
      'login.second_factor_at as secondFactorAt',
      'account.id as userId',
      'account.name',
      'account.roles',
    ])
    .select((eb) => eb('account.email_verified_at', 'is not', null).$castTo<boolean>().as('verified'))
    .where('login.id', '=', sql<string>`any(${loginIds}::uuid[])`)
    .where(isAlive)
    .where('account.suspended_at', 'is', null)
    .where('account.erased_at', 'is', null)
    .execute()
  return new Map(rows.map((who) => [who.loginId, who]))
}

/** The bus channel on which a login's end is told to every server that has sockets of it. */
export const loginChannel = (loginId: string) => `login:${loginId}`
