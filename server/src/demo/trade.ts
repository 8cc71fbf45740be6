/** What was bought in the demo, taught and paid out: at the payment sandbox, by the product's own doing. */
import type { NewRoomEvent } from '@peerlearn/contract/room-state'
import { sql } from 'kysely'
import { buyPack } from '../bookings/packs.ts'
import { newId, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { agreeTerms, setSupplier } from '../payouts/terms.ts'
import { giveFeedback } from '../sessions/feedback.ts'
import { endSession } from '../sessions/running.ts'
import { createSession } from '../sessions/sessions.ts'
import { taxReturn } from './courses.ts'
import type { Desk, Find } from './desk.ts'
import { admin, demoLearners, demoMentor } from './people.ts'
import { inputOf, late, type Plans } from './plans.ts'
import { dayMs, momentIn } from './timetable.ts'

/** The class was two days ago, and bought six days before it. Older than what is compared with Razorpay's lists day by day. */
const [planned, past] = [6, 8]

export async function tradeSeats(
  desk: Desk,
  find: Find,
  { now, ...plans }: Plans & { now: Date },
): Promise<void> {
  const mentor = find(demoMentor.name)
  const [aditi, joseph] = [find(demoLearners[0]!), find(demoLearners[1]!)]
  await agreeOnMoney(desk, mentor, find(admin))
  const pack = await buyPack(desk.db, aditi, plans.packOfferId)
  await desk.pay(pack.id, aditi)
  const startsAt = momentIn(now, planned, late)
  const { id: sessionId } = await createSession(desk, mentor, inputOf(taxReturn, startsAt))
  for (const [who, wish] of [
    [aditi, {}],
    [joseph, { coupon: plans.couponCode }],
  ] as const) {
    const { purchaseId } = await desk.book(sessionId, who, wish)
    await desk.pay(purchaseId ?? '', who)
  }
  await desk.doErrands(new Date(now.getTime() - past * dayMs))
  await letDaysPass(desk.db, sessionId, past)
  await teach(desk, {
    sessionId,
    mentor,
    learners: [aditi, joseph],
    from: new Date(Date.parse(startsAt) - past * dayMs),
  })
  await giveFeedback(desk.db, { sessionId, who: aditi }, opinion)
  await useCredit(desk, aditi, plans.seriesSessionId)
}

const opinion = { rating: 5, comment: 'I filed mine the same evening, and knew what every box meant.' }

/** Who the mentor is on receipts, and the account that Razorpay sends their part to. */
async function agreeOnMoney(desk: Desk, mentor: Who, by: Who): Promise<void> {
  await setSupplier(desk.db, mentor, {
    legalName: mentor.name,
    address: '14 Lavelle Road, Bengaluru 560001',
    gstin: null,
  })
  const linkedAccountId = await desk.openAccount(mentor)
  await agreeTerms(desk, by, mentor.userId, { feeBasisPoints: null, linkedAccountId })
}

async function useCredit(desk: Desk, who: Who, sessionId: string): Promise<void> {
  const { id } = await desk.db
    .selectFrom('pack')
    .select('id')
    .where('learner_id', '=', who.userId)
    .executeTakeFirstOrThrow()
  await desk.book(sessionId, who, { packId: id })
}

/** Nothing but time: the session, and all that was bought until now, are so many days older. */
async function letDaysPass(db: DbOrTrx, sessionId: string, days: number): Promise<void> {
  const ago = sql`${days} * interval '1 day'`
  await sql`update session set created_at = created_at - ${ago}, starts_at = starts_at - ${ago} where id = ${sessionId}`.execute(
    db,
  )
  await sql`update purchase set created_at = created_at - ${ago}, paid_at = paid_at - ${ago} where status = 'paid'`.execute(
    db,
  )
  await sql`update payment set created_at = created_at - ${ago} where captured_paise > 0`.execute(db)
  await sql`update booking set created_at = created_at - ${ago} where session_id = ${sessionId}`.execute(db)
}

interface Class {
  sessionId: string
  mentor: Who
  learners: Who[]
  from: Date
}

/** What its room would have written while everybody was there, and its end by the mentor; the rest follows from that. */
async function teach(desk: Desk, { sessionId, mentor, learners, from }: Class): Promise<void> {
  const end = new Date(from.getTime() + taxReturn.minutes * 60_000)
  const there = [mentor, ...learners].map((who) => ({ who, peerId: newId() }))
  const events: [Date, NewRoomEvent][] = [
    [from, { kind: 'room.opened', actorId: mentor.userId, data: { staged: false } }],
    ...there.map(({ who, peerId }): [Date, NewRoomEvent] => [from, joined(who, peerId, who === mentor)]),
    ...there.map(({ who, peerId }): [Date, NewRoomEvent] => [end, left(who, peerId)]),
  ]
  await desk.db
    .updateTable('session')
    .set({ status: 'live', started_at: from, room_seq: events.length })
    .where('id', '=', sessionId)
    .execute()
  const rows = events.map(([at, { kind, actorId, data }], n) => ({
    session_id: sessionId,
    seq: n + 1,
    at,
    actor_id: actorId,
    kind,
    data: JSON.stringify(data),
  }))
  await desk.db.insertInto('room_event').values(rows).execute()
  await endSession(desk, { sessionId, who: mentor })
  await desk.db.updateTable('session').set({ ended_at: end }).where('id', '=', sessionId).execute()
  await desk.doErrands(end)
}

const joined = ({ userId, name }: Who, peerId: string, teaches: boolean): NewRoomEvent => ({
  kind: 'peer.joined',
  actorId: userId,
  data: { userId, peerId, name, role: teaches ? 'mentor' : 'learner' },
})

const left = ({ userId }: Who, peerId: string): NewRoomEvent => ({
  kind: 'peer.left',
  actorId: userId,
  data: { userId, peerId, reason: 'left' },
})
