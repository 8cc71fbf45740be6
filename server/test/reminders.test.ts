/** People are reminded of a class once: the day before and half an hour before, at the time it has by then. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { newBooking, newSession } from './factories.ts'
import { eventually, startServer, type TestServer } from './harness.ts'

const minutes = (n: number) => new Date(Date.now() + n * 60_000)

/** A class that begins in so many minutes, with one learner who has had a seat for a week. */
async function arrange(server: TestServer, startsIn: number) {
  const [mentor, learner] = await Promise.all([server.person({ roles: ['mentor'] }), server.person()])
  const sessionId = await newSession(server.db, { mentorId: mentor.userId, starts_at: minutes(startsIn) })
  const bookingId = await newBooking(server.db, { sessionId, learnerId: learner.userId })
  await bookedDaysAgo(server, bookingId, 7)
  return { mentor, learner, sessionId, bookingId }
}

const bookedDaysAgo = ({ db }: TestServer, bookingId: string, days: number) =>
  db
    .updateTable('booking')
    .set({ created_at: minutes(-days * 1440) })
    .where('id', '=', bookingId)
    .execute()

/** The job of every minute, so often at once, and until that is done. */
async function remind({ app, db }: TestServer, times = 1): Promise<void> {
  const done = async () => {
    const { rows } = await sql<{ n: string }>`
      select count(*) as n from pgboss.job where name = 'reminders.send' and state = 'completed'`.execute(db)
    return Number(rows[0]?.n)
  }
  const before = await done()
  await app.jobs.sendAll(
    db,
    'reminders.send',
    Array.from({ length: times }, () => ({})),
  )
  await eventually(async () => expect(await done()).toBe(before + times))
}

const titles = async ({ db }: TestServer, { userId }: { userId: string }) =>
  (
    await db
      .selectFrom('notification')
      .select('title')
      .where('account_id', '=', userId)
      .orderBy('id')
      .execute()
  ).map(({ title }) => title)
const day = '“Reading a balance sheet” is coming up'
const soon = '“Reading a balance sheet” begins soon'

test('learner and mentor are reminded a day before and half an hour before, once each, in the app and by mail', async () => {
  const server = await startServer()
  const { learner, mentor, sessionId } = await arrange(server, 23 * 60)
  await remind(server)
  await remind(server)
  expect(await titles(server, learner)).toEqual([day])
  expect(await titles(server, mentor)).toEqual([day])
  // Time passes: the class begins in 29 minutes now, as it always was going to.
  await sql`update notification set key = replace(key, extract(epoch from starts_at)::bigint::text,
      extract(epoch from ${minutes(29)}::timestamptz)::bigint::text)
    from session where session.id = ${sessionId} and key like ${`%${sessionId}%`}`.execute(server.db)
  await server.db
    .updateTable('session')
    .set({ starts_at: minutes(29) })
    .where('id', '=', sessionId)
    .execute()
  await remind(server)
  await remind(server)
  expect(await titles(server, learner)).toEqual([day, soon])
  expect(await titles(server, mentor)).toEqual([day, soon])
  const mails = await server.db
    .selectFrom('mail')
    .select('subject')
    .where('recipient', '=', learner.email)
    .execute()
  expect(mails.map(({ subject }) => subject).sort()).toEqual([soon, day].sort())
})

test('two servers that remind at the same moment remind once', async () => {
  const one = await startServer()
  await startServer()
  const { learner } = await arrange(one, 20)
  await remind(one, 8)
  expect(await titles(one, learner)).toEqual([soon])
})

test('a class that moved is reminded of at its new time', async () => {
  const server = await startServer()
  const { learner, sessionId } = await arrange(server, 20)
  await remind(server)
  await server.db
    .updateTable('session')
    .set({ starts_at: minutes(25) })
    .where('id', '=', sessionId)
    .execute()
  await remind(server)
  expect(await titles(server, learner)).toEqual([soon, soon])
  await server.db
    .updateTable('session')
    .set({ starts_at: minutes(3 * 1440) })
    .where('id', '=', sessionId)
    .execute()
  await remind(server)
  expect(await titles(server, learner)).toHaveLength(2)
})

test('nobody is reminded of a class that was cancelled or has begun, nor of a seat that was given back', async () => {
  const server = await startServer()
  const [cancelled, live, left] = await Promise.all([20, 20, 20].map((m) => arrange(server, m)))
  const set = (id: string, values: object) =>
    server.db.updateTable('session').set(values).where('id', '=', id).execute()
  await set(cancelled!.sessionId, { status: 'cancelled' })
  await set(live!.sessionId, { status: 'live', started_at: new Date() })
  await server.db
    .updateTable('booking')
    .set({ status: 'cancelled', seat: null, ended_at: new Date(), ended_because: 'cancelled' })
    .where('id', '=', left!.bookingId)
    .execute()
  await remind(server)
  for (const { learner } of [cancelled!, live!, left!]) expect(await titles(server, learner)).toEqual([])
})

test('who has just booked is not told at once what they have just read', async () => {
  const server = await startServer()
  const { learner, bookingId } = await arrange(server, 20 * 60)
  await bookedDaysAgo(server, bookingId, 0)
  await remind(server)
  expect(await titles(server, learner)).toEqual([])
})

test('somebody who turned reminders off in the app and by mail has none', async () => {
  const server = await startServer()
  const { learner } = await arrange(server, 20)
  await server.db
    .insertInto('notification_choice')
    .values({ account_id: learner.userId, kind: 'reminder', in_app: false, mail: false, push: true })
    .execute()
  await remind(server)
  const shown = server.db.selectFrom('notification').select('id').where('shown', '=', true)
  expect(await shown.where('account_id', '=', learner.userId).execute()).toEqual([])
  const mails = server.db.selectFrom('mail').select('id').where('recipient', '=', learner.email)
  expect(await mails.execute()).toEqual([])
})
