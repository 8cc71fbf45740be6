/** Tickets open one WebSocket each: a browser cannot send a token with it but in the address, where logs would keep it. */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'
import { signedOut } from './access-tokens.ts'

const ticketSeconds = 30
/** Outlasts the minute that a lost seat is kept, and every blackout after which it is worth saving a request. */
const reconnectSeconds = 10 * 60
const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest()
const newTicket = () => randomBytes(32).toString('base64url')

export async function giveTicket(db: DbOrTrx, loginId: string): Promise<string> {
  await forgetLate(db)
  const ticket = newTicket()
  await db
    .insertInto('socket_ticket')
    .values({
      hash: hashOf(ticket),
      login_id: loginId,
      expires_at: sql`now() + make_interval(secs => ${ticketSeconds})`,
    })
    .execute()
  return ticket
}

/**
 * For the next socket after this one, given over it. The constraint leaves one to a socket: a newer takes its place.
 * @throws AppError `signed-out` when the login has ended; a ticket never outlives it
 */
export async function giveReconnectTicket(
  db: DbOrTrx,
  { loginId, socketId }: { loginId: string; socketId: string },
): Promise<{ ticket: string; seconds: number }> {
  await forgetLate(db)
  const ticket = newTicket()
  const given = await db
    .insertInto('socket_ticket')
    .columns(['hash', 'login_id', 'socket_id', 'expires_at'])
    .expression((eb) =>
      eb
        .selectFrom('login')
        .select([
          sql<Buffer>`${hashOf(ticket)}::bytea`.as('hash'),
          'id as login_id',
          sql<string>`${socketId}::uuid`.as('socket_id'),
          sql<Date>`least(expires_at, now() + make_interval(secs => ${reconnectSeconds}))`.as('expires_at'),
        ])
        .where('id', '=', loginId)
        .where('ended_at', 'is', null)
        // Whole seconds are told: one at least is left.
        .where('expires_at', '>', sql<Date>`now() + interval '1 second'`),
    )
    .onConflict((already) =>
      already.column('socket_id').doUpdateSet((eb) => ({
        hash: eb.ref('excluded.hash'),
        expires_at: eb.ref('excluded.expires_at'),
      })),
    )
    .returning(sql<number>`floor(extract(epoch from expires_at - now()))::int`.as('seconds'))
    .executeTakeFirst()
  if (!given) throw signedOut()
  return { ticket, seconds: given.seconds }
}

/** Uses the ticket up. @returns the login that it was given to; undefined for an unknown, used or late one */
export async function takeTicket(db: DbOrTrx, ticket: string): Promise<string | undefined> {
  const taken = await db
    .deleteFrom('socket_ticket')
    .where('hash', '=', hashOf(ticket))
    .returning(['login_id', sql<boolean>`expires_at > now()`.as('alive')])
    .executeTakeFirst()
  return taken?.alive ? taken.login_id : undefined
}

const forgetLate = (db: DbOrTrx) =>
  db
    .deleteFrom('socket_ticket')
    .where('expires_at', '<', sql<Date>`now()`)
    .execute()
