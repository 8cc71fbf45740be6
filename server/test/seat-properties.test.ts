/** Whatever people do with seats, and in whatever order: what must be true stays true. */
import { sql } from 'kysely'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { couponRoutes } from '@peerlearn/contract/coupons'
import { startServer, type Person, type TestServer } from './harness.ts'
import { desk, pay, runOut, type Desk } from './paid-seats.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const steps = [
  'book',
  'book-guests',
  'book-coupon',
  'book-pack',
  'cancel',
  'pay',
  'pay-late',
  'expire',
  'wait',
  'leave',
  'accept',
  'move',
  'sweep',
] as const
type Step = { act: (typeof steps)[number]; who: number; where: number }

interface World {
  seats: Desk
  people: Person[]
  sessions: string[]
  coupon: string
  packs: string[]
}

async function newWorld(): Promise<World> {
  const mentor = await server.person({ roles: ['mentor'] })
  const seats = desk(server, mentor)
  const people = await Promise.all(Array.from({ length: 5 }, () => server.person()))
  const sessions = [
    await seats.session({ capacity: 2 }),
    await seats.session({ capacity: 3, price_paise: 6_000 }),
  ]
  const made = await server.api(
    couponRoutes.make,
    {
      body: {
        code: `P-${Math.random().toString(36).slice(2, 12).toUpperCase()}`,
        percent: 50,
        amountPaise: null,
        sessionId: null,
        maxUses: 2,
        validUntil: null,
      },
    },
    mentor,
  )
  const packs = await Promise.all(people.slice(0, 2).map((who) => seats.pack(who)))
  return { seats, people, sessions, coupon: made.code, packs }
}

const live = (sessionId: string, who: Person) =>
  server.db
    .selectFrom('booking')
    .select(['id', 'purchase_id', 'status'])
    .where('session_id', '=', sessionId)
    .where('buyer_id', '=', who.userId)
    .where('seat', 'is not', null)
    .orderBy('id')
    .executeTakeFirst()

/** Refusals are as good an answer as any. */
async function run(
  { seats, people, sessions, coupon, packs }: World,
  { act, who, where }: Step,
): Promise<void> {
  const person = people[who]!
  const session = sessions[where]!
  const seat = await live(session, person)
  const acts: Record<Step['act'], () => Promise<unknown> | undefined> = {
    book: () => seats.book(session, person),
    'book-guests': () => seats.book(session, person, { self: false, guests: ['guest@peerlearn.test'] }),
    'book-coupon': () => seats.book(session, person, { coupon }),
    'book-pack': () => seats.book(session, person, { packId: packs[who % 2]! }),
    cancel: () => seat && seats.cancel(seat.id, person),
    pay: () => (seat?.purchase_id ? pay(server, seat.purchase_id) : undefined),
    'pay-late': async () => {
      const late = await server.db
        .selectFrom('purchase')
        .select('id')
        .where('session_id', '=', session)
        .where('status', 'in', ['expired', 'cancelled'])
        .limit(1)
        .executeTakeFirst()
      if (late) await pay(server, late.id)
    },
    expire: () => (seat?.status === 'held' ? runOut(server, seat.id) : undefined),
    wait: () => seats.wait(session, person),
    leave: () => seats.leave(session, person),
    accept: () => seats.accept(session, person),
    move: () => seat && seats.move(seat.id, sessions[1 - where]!, person),
    sweep: () => server.app.sweep(),
  }
  await Promise.resolve(acts[act]()).catch((error: unknown) => {
    const { status } = error as { status?: number }
    if (!status || status >= 500) throw error
  })
}

/** Each question answers what is wrong: rows that should not be. */
const wrongs = {
  'more seats than there are': sql`select session.id from session join booking on session_id = session.id
    where seat is not null group by session.id having count(*) > capacity`,
  'two seats of one person': sql`select learner_id from booking where seat is not null and learner_id is not null
    group by session_id, learner_id having count(*) > 1`,
  'two classes of one person at once': sql`select a.id from booking a join booking b on a.learner_id = b.learner_id and a.id < b.id
    join session s on s.id = a.session_id join session t on t.id = b.session_id
    where a.seat is not null and b.seat is not null and s.id <> t.id
      and tstzrange(s.starts_at, s.starts_at + s.duration_minutes * interval '1 minute')
       && tstzrange(t.starts_at, t.starts_at + t.duration_minutes * interval '1 minute')`,
  'a coupon counted wrongly': sql`select coupon.id from coupon
    where uses <> (select count(*) from purchase where coupon_id = coupon.id and status in ('open', 'paid'))`,
  'credits counted wrongly': sql`select pack.id from pack where used <> (select count(*) from booking
    where pack_id = pack.id and ended_because is distinct from 'moved' and (status = 'confirmed' or paid_paise > 0))`,
  'a pack worth more than it cost': sql`select pack.id from pack join purchase on purchase.id = purchase_id
    where amount_paise < (select coalesce(sum(paid_paise), 0) from booking where pack_id = pack.id)`,
  'a paid purchase whose parts are not what was paid': sql`select purchase.id from purchase
    where purchase.status = 'paid' and session_id is not null and purchase.amount_paise <>
      (select coalesce(sum(paid_paise), 0) from booking where purchase_id = purchase.id)
      + (select coalesce(sum(refund.amount_paise), 0) from refund join payment on payment.id = refund.payment_id
          where payment.purchase_id = purchase.id and refund.key like 'move-%')`,
  'somebody who waits though a seat is free': sql`select session.id from session
    where exists (select from waitlist_entry where session_id = session.id and status = 'waiting')
      and capacity > (select count(*) from booking where session_id = session.id and seat is not null)`,
  'a refund beyond what was captured': sql`select id from payment where refunded_paise > captured_paise`,
  'an unpaid purchase with a confirmed seat': sql`select booking.id from booking join purchase on purchase.id = purchase_id
    where booking.status = 'confirmed' and purchase.status <> 'paid'`,
  'a held seat of a purchase that is not open': sql`select booking.id from booking join purchase on purchase.id = purchase_id
    where booking.status = 'held' and purchase.status <> 'open'`,
  'an offer without a held seat': sql`select waitlist_entry.id from waitlist_entry
    left join booking on booking.id = booking_id where waitlist_entry.status = 'offered'
      and (booking.status is distinct from 'held' or booking.learner_id <> waitlist_entry.learner_id)`,
  'a later one served before an earlier one': sql`select later.id from waitlist_entry later join waitlist_entry earlier
    on earlier.session_id = later.session_id and earlier.created_at < later.created_at
    where earlier.status = 'waiting' and later.status = 'offered'`,
}

async function expectSound(): Promise<void> {
  for (const [what, question] of Object.entries(wrongs)) {
    const { rows } = await question.execute(server.db)
    expect(rows, what).toEqual([])
  }
}

test('keeps seats, credits, coupons, money and the queue right under any order of acts', async () => {
  const step = fc.record({
    act: fc.constantFrom(...steps),
    who: fc.nat({ max: 4 }),
    where: fc.nat({ max: 1 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), fc.boolean(), async (acts, atOnce) => {
      const world = await newWorld()
      // In pairs that cross each other, or one after another.
      const size = atOnce ? 3 : 1
      for (let i = 0; i < acts.length; i += size)
        await Promise.all(acts.slice(i, i + size).map((act) => run(world, act)))
      // One that ran already may have passed by what changed since.
      await server.app.sweep()
      await server.app.sweep()
      await expectSound()
    }),
    { numRuns: 15 },
  )
}, 120_000)
