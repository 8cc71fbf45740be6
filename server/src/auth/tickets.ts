/** Tickets open one WebSocket each: a browser cannot send a token with it but in the address, where logs would keep it. */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

const ticketSeconds = 30
const hashOf = (ticket: string) => createHash('sha256').update(ticket).digest()

export async function giveTicket(db: DbOrTrx, loginId: string): Promise<string> {
  await db
    .deleteFrom('socket_ticket')
    .where('expires_at', '<', sql<Date>`now()`)
    .execute()
  const ticket = randomBytes(32).toString('base64url')
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

/** Uses the ticket up. @returns the login that it was given to; undefined for an unknown, used or late one */
export async function takeTicket(db: DbOrTrx, ticket: string): Promise<string | undefined> {
  const taken = await db
    .deleteFrom('socket_ticket')
    .where('hash', '=', hashOf(ticket))
    .returning(['login_id', sql<boolean>`expires_at > now()`.as('alive')])
    .executeTakeFirst()
  return taken?.alive ? taken.login_id : undefined
}
