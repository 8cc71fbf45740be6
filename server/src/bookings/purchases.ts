/**
 * A purchase is paid, or not. Locks are taken in this order, everywhere: sessions (by id), coupons (by id), agendas, packs
 * (by id), purchases, payments (by purchase), a mentor's terms, payouts, and at last the audit's chain. A purchase that has
 * seats changes only under its session's lock, so its own lock may come before coupons and agendas.
 */
import { sql } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'
import { findConflict, lockAgendas } from '../sessions/conflicts.ts'
import { lockSession, type LockedSession } from '../sessions/queries.ts'
import type { SeatChange } from './announce.ts'
import { tryCoupon } from './coupon-uses.ts'
import { endOffers, expireHolds, readSeats } from './session-seats.ts'

export interface Paid {
  /** Does everybody have the seat (or the pack) that was paid? If not, all of the money goes back. */
  seated: boolean
  /** To be announced after the commit (announceSeats). */
  changes: SeatChange[]
}

/**
 * Locks what a purchase is about until the transaction ends: its sessions, then itself. Call it before locking a payment;
 * decideRefund is called with these locks held.
 */
export async function lockPurchase(trx: DbOrTrx, purchaseId: string) {
  const places = await trx
    .selectFrom('booking')
    .select('session_id')
    .distinct()
    .where('purchase_id', '=', purchaseId)
    .execute()
  const sessions: LockedSession[] = []
  for (const id of places.map((row) => row.session_id).toSorted()) sessions.push(await lockSession(trx, id))
  const purchase = await trx
    .selectFrom('purchase')
    .select([
      'id',
      'session_id',
      'pack_offer_id',
      'buyer_id',
      'mentor_id',
      'coupon_id',
      'amount_paise',
      'status',
    ])
    .select(sql<boolean>`coalesce(held_until <= now(), false)`.as('overdue'))
    .where('id', '=', purchaseId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
  return { purchase, session: sessions.find(({ id }) => id === purchase.session_id) }
}
type Locked = Awaited<ReturnType<typeof lockPurchase>>

/**
 * The money has come: the held seats are confirmed. After the hold ran out, free seats are taken that nobody waits for:
 * all of them or none. A pack is made of a pack's purchase. Repeating it is harmless. `locked`: by whom it has been already.
 */
export async function confirmPurchase(
  trx: DbOrTrx,
  purchaseId: string,
  locked: Locked | undefined = undefined,
): Promise<Paid> {
  const { purchase, session } = locked ?? (await lockPurchase(trx, purchaseId))
  if (purchase.status === 'paid') return { seated: true, changes: [] }
  if (purchase.status === 'cancelled') return { seated: false, changes: [] }
  if (purchase.pack_offer_id !== null) return confirmPack(trx, purchase, purchase.pack_offer_id)
  if (session?.status !== 'scheduled' && session?.status !== 'live') return { seated: false, changes: [] }
  if (purchase.status === 'expired') return confirmLate(trx, purchase, session)
  // A hold that is overdue but not marked yet still has its seats; but it kept nobody from booking elsewhere any more.
  if (purchase.overdue && (await isElsewhere(trx, purchase, session))) return { seated: false, changes: [] }
  return { seated: true, changes: await seatAll(trx, purchase, session.id) }
}

/** Is the buyer, who would have one of the seats, in another class at that time by now? */
async function isElsewhere(
  trx: DbOrTrx,
  purchase: Locked['purchase'],
  session: LockedSession,
): Promise<boolean> {
  const own = await trx
    .selectFrom('booking')
    .select('id')
    .where('purchase_id', '=', purchase.id)
    .where('learner_id', '=', purchase.buyer_id)
    .executeTakeFirst()
  if (!own) return false
  await lockAgendas(trx, [purchase.buyer_id])
  return (await findConflict(trx, purchase.buyer_id, session, [session.id])) !== undefined
}

async function confirmLate(
  trx: DbOrTrx,
  purchase: Locked['purchase'],
  session: LockedSession,
): Promise<Paid> {
  const left = { seated: false, changes: [] as SeatChange[] }
  left.changes = await expireHolds(trx, session.id, purchase.coupon_id)
  const lost = await trx
    .selectFrom('booking')
    .select(['id', 'learner_id'])
    .where('purchase_id', '=', purchase.id)
    .orderBy('id')
    .execute()
  const seats = await readSeats(trx, session, purchase.buyer_id)
  if (seats.waiting > 0 || seats.free.length < lost.length) return left
  const own = lost.some((row) => row.learner_id === purchase.buyer_id)
  if (own && (seats.mine || (await isElsewhere(trx, purchase, session)))) return left
  if (purchase.coupon_id && !(await tryCoupon(trx, purchase.coupon_id))) return left
  for (const [i, { id }] of lost.entries())
    await trx
      .updateTable('booking')
      .set({ status: 'confirmed', seat: seats.free[i] ?? null, ended_because: null, ended_at: null })
      .where('id', '=', id)
      .execute()
  return { seated: true, changes: [...left.changes, ...(await seatAll(trx, purchase, session.id))] }
}

/** Every seat of the purchase is theirs, each with its part of the money: they differ by a paisa at most. */
export async function seatAll(
  trx: DbOrTrx,
  purchase: { id: string; amount_paise: number },
  sessionId: string,
): Promise<SeatChange[]> {
  const { rows: seats } = await sql<{ id: string; learner_id: string | null }>`
    update booking set status = 'confirmed', held_until = null, paid_paise = part.paise from (
      select id, (${purchase.amount_paise}::int / count(*) over ())::int
        + (row_number() over (order by seat) <= ${purchase.amount_paise}::int % count(*) over ())::int as paise
      from booking where purchase_id = ${purchase.id} and seat is not null) part
    where booking.id = part.id returning booking.id, learner_id`.execute(trx)
  await endOffers(
    trx,
    seats.map(({ id }) => id),
    'taken',
  )
  await markPaid(trx, purchase.id)
  return seats.map(({ id, learner_id }) => ({
    sessionId,
    bookingId: id,
    learnerId: learner_id,
    status: 'confirmed',
  }))
}

async function confirmPack(trx: DbOrTrx, purchase: Locked['purchase'], offerId: string): Promise<Paid> {
  const offer = await trx
    .selectFrom('pack_offer')
    .select(['credits', 'valid_days'])
    .where('id', '=', offerId)
    .executeTakeFirstOrThrow()
  const id = newId()
  await trx
    .insertInto('pack')
    .values({
      id,
      purchase_id: purchase.id,
      learner_id: purchase.buyer_id,
      mentor_id: purchase.mentor_id,
      credits: offer.credits,
      expires_at: sql`now() + ${offer.valid_days} * interval '1 day'`,
    })
    .execute()
  await markPaid(trx, purchase.id)
  return { seated: true, changes: [{ packId: id }] }
}

const markPaid = (trx: DbOrTrx, purchaseId: string) =>
  trx
    .updateTable('purchase')
    .set({ status: 'paid', held_until: null, paid_at: sql`now()` })
    .where('id', '=', purchaseId)
    .execute()
