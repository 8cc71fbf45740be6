/** A server that is killed just after a change was kept, and before it told anybody: another one tells, once. */
import { randomUUID } from 'node:crypto'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { waitlistRoutes } from '@peerlearn/contract/waitlist'
import { sql } from 'kysely'
import pg from 'pg'
import { beforeAll, expect, test, vi } from 'vitest'
import { newBooking, newSession } from './factories.ts'
import { call } from './harness-client.ts'
import { environment, startProcess } from './harness-process.ts'
import { eventually, type Person, type TestServer } from './harness.ts'
import { openShop, paymentEvent, refundEvent, type Shop } from './payments-shop.ts'

interface Told {
  who: Person
  title: string
}

let shop: Shop
const told: Record<string, Told> = {}

/** A server of its own takes its time to start where others work too. */
const patiently = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 60_000, interval: 100 })

const hourMs = 3_600_000
const inHours = (hours: number) => new Date(Date.now() + hours * hourMs)

const committed = (read: () => Promise<unknown>, wanted: unknown) =>
  eventually(async () => expect(await read()).toEqual(wanted))

/** What is done on the server that dies, each with how one sees that it was kept. */
async function plan(dying: TestServer): Promise<(() => Promise<void>)[]> {
  const { server, mentor } = shop
  const { db } = server
  const ask = ((route, input, who) => call(dying.url, route, input, who)) as TestServer['api']
  const kept = (bookingId: string) =>
    committed(
      async () =>
        (await db.selectFrom('booking').select('status').where('id', '=', bookingId).executeTakeFirst())
          ?.status,
      'confirmed',
    )
  const seated = async (wish: Parameters<typeof newSession>[1]) => {
    const sessionId = await newSession(db, wish)
    const who = await server.person()
    return { sessionId, who, bookingId: await newBooking(db, { sessionId, learnerId: who.userId }) }
  }
  const ordered = async () => {
    const held = await shop.held()
    const { orderId } = await shop.order(held.purchaseId, held.learner)
    return { ...held, orderId, receipt: await shop.pay(orderId) }
  }
  const of = async (hours: number, wish: object = {}) =>
    seated({ mentorId: mentor.userId, starts_at: inHours(hours), ...wish })

  const booker = await server.person()
  const free = await newSession(db, { mentorId: mentor.userId, starts_at: inHours(50) })
  told['a seat that costs nothing'] = { who: booker, title: 'Your seat is booked' }
  const [hooked, verified, back] = [await ordered(), await ordered(), await ordered()]
  told['a payment that Razorpay told of'] = { who: hooked.learner, title: 'Your seat is booked' }
  told['a payment that its page told of'] = { who: verified.learner, title: 'Your seat is booked' }
  await shop.verify(back.receipt, back.learner)
  told['money that was given back elsewhere'] = {
    who: back.learner,
    title: 'Your money is on its way back',
  }
  const moved = await of(100)
  told['a session that moved'] = { who: moved.who, title: 'A session has moved' }
  const cancelled = await of(110)
  told['a session that was cancelled'] = { who: cancelled.who, title: 'A session was cancelled' }
  const started = await of(1)
  told['a session that started'] = { who: started.who, title: 'Your session has started' }
  const full = await of(120, { capacity: 1 })
  const waiter = await server.person()
  await server.api(waitlistRoutes.join, { params: { id: full.sessionId }, body: {} }, waiter)
  told['a seat that is offered'] = { who: waiter, title: 'A seat is free for you' }

  const status = (id: string) => async () =>
    (await db.selectFrom('session').select('status').where('id', '=', id).executeTakeFirst())?.status
  const lost = (asked: Promise<unknown>) => void asked.catch(() => undefined)
  return [
    async () => {
      lost(ask(bookingRoutes.book, { params: { id: free }, body: {} }, booker))
      const rows = db.selectFrom('booking').select('status').where('learner_id', '=', booker.userId)
      await committed(() => rows.execute(), [{ status: 'confirmed' }])
    },
    async () => {
      const { orderId, receipt, bookingId } = hooked
      const event = paymentEvent('payment.captured', orderId, 'captured', receipt.razorpay_payment_id)
      expect(await shop.tell(event, { server: dying })).toBe(200)
      await kept(bookingId)
    },
    async () => {
      lost(ask(paymentRoutes.verify, { body: verified.receipt }, verified.learner))
      await kept(verified.bookingId)
    },
    async () => {
      const of = { orderId: back.orderId, paymentId: back.receipt.razorpay_payment_id }
      const refund = { id: `rfnd_${randomUUID().slice(0, 14)}`, amount: 5_000, status: 'processed' }
      expect(await shop.tell(refundEvent('refund.processed', of, refund), { server: dying })).toBe(200)
    },
    async () => {
      const startsAt = inHours(101)
      lost(
        ask(
          sessionRoutes.change,
          { params: { id: moved.sessionId }, body: { startsAt: startsAt.toISOString() } },
          mentor,
        ),
      )
      const row = db.selectFrom('session').select('starts_at').where('id', '=', moved.sessionId)
      await committed(async () => (await row.executeTakeFirst())?.starts_at, startsAt)
    },
    async () => {
      lost(ask(sessionRoutes.cancel, { params: { id: cancelled.sessionId } }, mentor))
      await committed(status(cancelled.sessionId), 'cancelled')
    },
    async () => {
      lost(ask(sessionRoutes.start, { params: { id: started.sessionId }, body: {} }, mentor))
      await committed(status(started.sessionId), 'live')
    },
    async () => {
      const gone = { status: 'cancelled', seat: null } as const
      await db.updateTable('booking').set(gone).where('id', '=', full.bookingId).execute()
      lost(ask(sessionRoutes.change, { params: { id: full.sessionId }, body: { capacity: 1 } }, mentor))
      const offers = db.selectFrom('booking').select('status').where('learner_id', '=', waiter.userId)
      await committed(() => offers.execute(), [{ status: 'held' }])
    },
  ]
}

const notesTo = ({ who, title }: Told) =>
  shop.server.db
    .selectFrom('notification')
    .select('id')
    .where('account_id', '=', who.userId)
    .where('title', '=', title)
    .execute()

const jobs = async () =>
  (
    await sql<{ n: number }>`select count(*)::int as n from pgboss.job
    where name = 'note.tell' and state <> 'completed'`.execute(shop.server.db)
  ).rows[0]?.n

beforeAll(async () => {
  shop = await openShop({ webhooks: false })
  const { server, databaseUrl } = shop
  const env: Record<string, string> = { ...(await environment()), DATABASE_URL: databaseUrl }
  const sandbox = server.config.RAZORPAY_API_URL
  const { child, ended, output } = startProcess({ ...env, ...(sandbox && { RAZORPAY_API_URL: sandbox }) })
  const dying = { ...server, url: env.PUBLIC_URL ?? '' }
  await patiently(async () => expect((await fetch(`${dying.url}/health/live`)).status, output()).toBe(200))
  const acts = await plan(dying)
  // Nobody can be told anything: whoever tries waits here, its change kept.
  const holder = new pg.Client({ connectionString: databaseUrl })
  await holder.connect()
  await holder.query('begin')
  await holder.query('lock table notification in share row exclusive mode')
  try {
    for (const act of acts) await act()
    child.kill('SIGKILL')
    await ended
  } finally {
    await holder.end()
  }
  for (const one of Object.values(told)) expect(await notesTo(one)).toEqual([])
  // Time passes.
  await sql`update pgboss.job set start_after = now() where name = 'note.tell'`.execute(server.db)
  await eventually(async () => expect(await jobs()).toBe(0))
}, 120_000)

test.each([
  'a seat that costs nothing',
  'a payment that Razorpay told of',
  'a payment that its page told of',
  'money that was given back elsewhere',
  'a session that moved',
  'a session that was cancelled',
  'a session that started',
  'a seat that is offered',
])('of %s people hear once, though the server died before it told them', async (what) => {
  expect(await notesTo(told[what]!)).toHaveLength(1)
})

test('what a server that lives tells itself leaves nothing to be told by a job', async () => {
  const { server, mentor } = shop
  const who = await server.person()
  const id = await newSession(server.db, { mentorId: mentor.userId, starts_at: inHours(200) })
  await server.api(bookingRoutes.book, { params: { id }, body: {} }, who)
  expect(await notesTo({ who, title: 'Your seat is booked' })).toHaveLength(1)
  const { rows } = await sql`select from pgboss.job where name = 'note.tell'
    and data::text like ${`%${who.userId}%`}`.execute(server.db)
  expect(rows).toEqual([])
})
