/** The mail that a guest gets: a link with which whoever has it takes the seat. Only its hash is kept. */
import { createHash, randomBytes } from 'node:crypto'
import { allOf } from '../all-of.ts'
import type { Db, DbOrTrx } from '../db.ts'
import type { Mail } from '../mail/mail.ts'
import { fullTimeWords } from '../notifications/time-words.ts'

export const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest()

/**
 * Writes to every guest whose seat is confirmed and who was not written to yet; several servers share the work. A mail that
 * can't be written keeps nobody else from theirs. @throws what the first of them failed with
 */
export async function sendInvitations({ db, mail }: { db: Db; mail: Mail }): Promise<void> {
  const waiting = await selectUninvited(db).limit(500).execute()
  await allOf(
    waiting.map(
      ({ id }) =>
        () =>
          db.transaction().execute((trx) => inviteOnce(trx, mail, id)),
    ),
  )
}

async function inviteOnce(trx: DbOrTrx, mail: Mail, bookingId: string): Promise<void> {
  const row = selectUninvited(trx).where('id', '=', bookingId).forNoKeyUpdate().skipLocked()
  if (await row.executeTakeFirst()) await sendInvitation(trx, mail, bookingId)
}

const selectUninvited = (db: DbOrTrx) =>
  db
    .selectFrom('booking')
    .select('id')
    .where('status', '=', 'confirmed')
    .where('guest_email', 'is not', null)
    .where('guest_hash', 'is', null)
    .where('learner_id', 'is', null)

/** A new link to the seat's guest; the one before ends. The caller holds the booking's lock. */
export async function sendInvitation(trx: DbOrTrx, mail: Mail, bookingId: string): Promise<void> {
  const token = randomBytes(32).toString('base64url')
  await trx
    .updateTable('booking')
    .set({ guest_hash: hashOf(token) })
    .where('id', '=', bookingId)
    .execute()
  const about = await trx
    .selectFrom('booking')
    .innerJoin('session', 'session.id', 'booking.session_id')
    .innerJoin('account as buyer', 'buyer.id', 'booking.buyer_id')
    .innerJoin('account as mentor', 'mentor.id', 'session.mentor_id')
    .select([
      'session.title',
      'buyer.name as buyerName',
      'mentor.name as mentorName',
      'booking.guest_email as email',
    ])
    .select(['session.starts_at as startsAt', 'buyer.time_zone as timeZone'])
    .where('booking.id', '=', bookingId)
    .executeTakeFirstOrThrow()
  if (!about.email) return
  // In the buyer's time: where the guest is, nobody knows yet.
  const when = fullTimeWords(about.startsAt, about.timeZone)
  await mail.send(trx, {
    accountId: null,
    email: about.email,
    kind: 'booking',
    subject: `${about.buyerName} has a seat for you: ${about.title}`,
    paragraphs: [
      `${about.buyerName} booked a seat for you in “${about.title}” with ${about.mentorName}, on ${when}.`,
      'Take it with your account, or make one: it needs no more than this address and a minute.',
    ],
    // After the `#` it stays in the browser: it comes into no log.
    action: { label: 'Take the seat', path: `/invitation#${token}` },
  })
}
