/** What somebody said and was called, in rows that stay because they are others' too: that there was somebody stays. */
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

export const gone = 'Somebody who left'

interface Named {
  id: string
  name: string
  email: string
}

export async function forgetWords(trx: DbOrTrx, person: Named): Promise<void> {
  await forgetInRooms(trx, person.id)
  await forgetInvitations(trx, person)
  await forgetInNotices(trx, person)
  await trx.updateTable('feedback').set({ comment: '' }).where('account_id', '=', person.id).execute()
  await trx
    .updateTable('mentor_terms')
    .set({ legal_name: '', address: '', gstin: null })
    .where('mentor_id', '=', person.id)
    .execute()
}

async function forgetInRooms(trx: DbOrTrx, id: string): Promise<void> {
  await sql`set local peerlearn.erasing = 'on'`.execute(trx)
  await sql`update room_event set data = data || jsonb_build_object('name', ${gone}::text)
    where actor_id = ${id} and kind = 'peer.joined'`.execute(trx)
  await sql`update room_event set data = data || jsonb_build_object('name', ${gone}::text, 'text', '(erased)'::text)
    where actor_id = ${id} and kind = 'chat.message'`.execute(trx)
  await sql`set local peerlearn.erasing = 'off'`.execute(trx)
}

/** Whom they invited, and that others invited them: a link that is on its way still works for who holds it. */
async function forgetInvitations(trx: DbOrTrx, { id, email }: Named): Promise<void> {
  await trx
    .updateTable('booking')
    .set({ guest_email: null, guest_hash: null })
    .where('buyer_id', '=', id)
    .execute()
  await trx
    .updateTable('booking')
    .set({ guest_email: null })
    .where((eb) => eb.or([eb('learner_id', '=', id), eb('guest_email', '=', email)]))
    .where('guest_email', 'is not', null)
    .execute()
  await trx.deleteFrom('mail').where('account_id', 'is', null).where('recipient', '=', email).execute()
}

/** A name of one or two letters stands in too many other words, and says nothing. */
const shortestName = 3

/** "Farida Sheikh gave back a seat", told to those who had to do with them. */
async function forgetInNotices(trx: DbOrTrx, { id, name }: Named): Promise<void> {
  if (name.length < shortestName) return
  await sql`
    update notification set title = replace(title, ${name}, ${gone}), message = replace(message, ${name}, ${gone})
    where (strpos(title, ${name}) > 0 or strpos(message, ${name}) > 0) and account_id in (
      select session.mentor_id from booking join session on session.id = booking.session_id
        where ${id}::uuid in (booking.learner_id, booking.buyer_id)
      union select unnest(array[booking.learner_id, booking.buyer_id]) from booking
        join session on session.id = booking.session_id where session.mentor_id = ${id}
      union select learner_id from booking where buyer_id = ${id}
      union select buyer_id from booking where learner_id = ${id}
      union select learner_id from follow where mentor_id = ${id}
      union select id from account where roles && '{admin,owner}')`.execute(trx)
}
