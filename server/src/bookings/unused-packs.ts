/** A mentor teaches no more: what was paid for credits that nobody can use comes back to who bought them. */
import { sql } from 'kysely'
import { allOf } from '../all-of.ts'
import type { Db, DbOrTrx } from '../db.ts'
import { nothingToTell, type TellNow, type WillTell } from '../notifications/notifications.ts'
import { findWorth } from './pack-credits.ts'
import type { DecideRefund } from './refund-due.ts'

export interface UnusedPackDeps {
  db: Db
  decideRefund: DecideRefund
  willTell: WillTell
}

/**
 * Of this mentor, or of all who may not teach. Safe to repeat: a credit that comes back later, of a class that was judged
 * meanwhile, is paid back by itself. Expired packs stay as they are.
 */
export async function returnUnusedPacks(deps: UnusedPackDeps, mentorId?: string): Promise<void> {
  const packs = await findUnusable(deps.db, mentorId)
  await allOf(packs.map((packId) => () => returnOne(deps, packId)))
}

async function returnOne(deps: UnusedPackDeps, packId: string): Promise<void> {
  const tellNow = await deps.db.transaction().execute((trx) => payBack(deps, trx, packId))
  await tellNow()
}

async function payBack(
  { decideRefund, willTell }: UnusedPackDeps,
  trx: DbOrTrx,
  packId: string,
): Promise<TellNow> {
  const pack = await lockUnusable(trx, packId)
  if (!pack) return nothingToTell
  const { restPaise, givenBackPaise } = await findWorth(trx, packId)
  if (restPaise <= 0) return nothingToTell
  await trx.updateTable('pack').set({ used: pack.credits }).where('id', '=', packId).execute()
  await decideRefund(trx, {
    purchaseId: pack.purchaseId,
    bookingId: null,
    amountPaise: restPaise,
    reason: 'The mentor does not teach here any more.',
    // What came back before is a part of it: a credit that returns later is a refund of its own.
    key: `pack-unused-${packId}-${givenBackPaise}`,
    requestedBy: null,
  })
  const left = pack.credits - pack.used
  return willTell(trx, [
    {
      to: [pack.learnerId],
      note: {
        kind: 'booking',
        title: 'Your pack ends, and is paid back',
        message: `${pack.mentorName} does not teach here any more. What you paid for the ${left === 1 ? 'session that is' : `${left} sessions that are`} left of “${pack.title}” comes back to you.`,
        link: '/bookings#payments',
        key: `pack-unused:${packId}:${givenBackPaise}`,
      },
    },
  ])
}

/**
 * Credits are left, in time, of a mentor who may not teach. Money that the payer's bank has asked for goes back through
 * the dispute, not twice; one that we win is paid back afterwards.
 */
const isUnusable = sql<boolean>`(pack.used < pack.credits and pack.expires_at > now()
  and (mentor.suspended_at is not null or not 'mentor' = any (mentor.roles))
  and not exists (select from payment join dispute on dispute.payment_id = payment.id
    where payment.purchase_id = pack.purchase_id and dispute.status in ('open', 'under_review', 'lost')))`

const selectPacks = (db: DbOrTrx) =>
  db.selectFrom('pack').innerJoin('account as mentor', 'mentor.id', 'pack.mentor_id').where(isUnusable)

async function findUnusable(db: DbOrTrx, mentorId: string | undefined): Promise<string[]> {
  const rows = await selectPacks(db)
    .select('pack.id')
    .$if(mentorId !== undefined, (query) => query.where('pack.mentor_id', '=', mentorId ?? ''))
    .orderBy('pack.id')
    .execute()
  return rows.map(({ id }) => id)
}

const lockUnusable = (trx: DbOrTrx, packId: string) =>
  selectPacks(trx)
    .innerJoin('purchase', 'purchase.id', 'pack.purchase_id')
    .innerJoin('pack_offer', 'pack_offer.id', 'purchase.pack_offer_id')
    .select(['pack.credits', 'pack.used', 'pack.learner_id as learnerId', 'mentor.name as mentorName'])
    .select(['pack.purchase_id as purchaseId', 'pack_offer.title'])
    .where('pack.id', '=', packId)
    .forNoKeyUpdate('pack')
    .executeTakeFirst()
