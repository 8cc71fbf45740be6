/** What was attended decides what comes back: from the room's events, on real rows, with real refunds. */
import { attendanceRoutes as routes } from '@peerlearn/contract/attendance'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import type { NewRoomEvent } from '@peerlearn/contract/room-state'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { eventually, type Person, type TestServer } from './harness.ts'
import { openDesk, pay, refunds, type Desk } from './paid-seats.ts'

let server: TestServer
let mentor: Person, asha: Person, admin: Person
let seats: Desk

beforeAll(async () => {
  ;({ server, mentor, seats } = await openDesk())
  asha = await server.person({ name: '=Asha, "the" first' })
  admin = await server.person({ roles: ['admin'] })
})

const soon = () => new Date(Date.now() + 3_600_000)

/** A class of ₹100 that asha paid for, opened for so many minutes; `there`: how long the mentor is in it. */
async function aClass({ there, packId }: { there: number; packId?: string }) {
  const sessionId = await seats.session({ starts_at: soon() })
  const booking = await seats.book(sessionId, asha, packId ? { packId } : {})
  if (!packId) await pay(server, booking.purchaseId)
  await server.db
    .updateTable('session')
    .set({ starts_at: minutesAgo(60), started_at: minutesAgo(60), status: 'live' })
    .where('id', '=', sessionId)
    .execute()
  const peers = { mentor: newId(), asha: newId() }
  const joined = (person: Person, peerId: string, role: 'mentor' | 'learner'): NewRoomEvent => ({
    kind: 'peer.joined',
    actorId: person.userId,
    data: { userId: person.userId, peerId, name: person.name, role },
  })
  await happened(sessionId, 60, { kind: 'room.opened', actorId: mentor.userId, data: { staged: false } })
  await happened(sessionId, 60, joined(asha, peers.asha, 'learner'))
  if (there > 0) {
    await happened(sessionId, 60, joined(mentor, peers.mentor, 'mentor'))
    const data = { userId: mentor.userId, peerId: peers.mentor, reason: 'left' as const }
    await happened(sessionId, 60 - there, { kind: 'peer.left', actorId: mentor.userId, data })
  }
  return { sessionId, booking }
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)

/** Written as it would have been then: the rows of a room are never changed. */
async function happened(
  sessionId: string,
  ago: number,
  { kind, actorId, data }: NewRoomEvent,
): Promise<void> {
  const { seq } = await server.db
    .updateTable('session')
    .set({ room_seq: sql`room_seq + 1` })
    .where('id', '=', sessionId)
    .returning('room_seq as seq')
    .executeTakeFirstOrThrow()
  await server.db
    .insertInto('room_event')
    .values({
      session_id: sessionId,
      seq,
      at: minutesAgo(ago),
      actor_id: actorId,
      kind,
      data: JSON.stringify(data),
    })
    .execute()
}

const end = (sessionId: string) =>
  server.api(sessionRoutes.end, { params: { id: sessionId }, body: {} }, mentor)
const read = (sessionId: string, who = mentor) => server.api(routes.read, { params: { id: sessionId } }, who)
/** Asked of the database: who asks the server again and again is refused after a while. */
async function counted(sessionId: string) {
  const rows = server.db.selectFrom('session_verdict').select('revision').where('session_id', '=', sessionId)
  await eventually(async () => expect(await rows.execute()).not.toEqual([]))
  const { verdict, people } = await read(sessionId)
  if (!verdict) throw new Error('the session has not been counted')
  return { verdict, people }
}
const sweep = () => server.app.jobs.send(server.db, 'attendance.sweep', {})

describe('once a class has ended', () => {
  test('who was there is counted, and everybody keeps what was paid for a class that was held', async () => {
    const { sessionId, booking } = await aClass({ there: 58 })
    await end(sessionId)
    const { verdict, people } = await counted(sessionId)
    expect(verdict).toMatchObject({
      outcome: 'held',
      refundBasisPoints: 0,
      revision: 1,
      plannedSeconds: 3600,
    })
    expect(people.map(({ name, asMentor }) => [name, asMentor])).toEqual([
      [mentor.name, true],
      [asha.name, false],
    ])
    expect(people[0]?.seconds).toBeCloseTo(58 * 60, -1)
    expect(people[1]?.seconds).toBeCloseTo(60 * 60, -1)
    expect(await refunds(server, booking.purchaseId)).toEqual([])
    const { items } = await server.api(bookingRoutes.mine, {}, asha)
    expect(items.find((one) => one.booking.id === booking.id)?.attendedSeconds).toBeCloseTo(60 * 60, -1)
  })

  test('the mentor who ends early gives back the part that was missed', async () => {
    const { sessionId, booking } = await aClass({ there: 30 })
    await end(sessionId)
    const { verdict } = await counted(sessionId)
    expect(verdict.outcome).toBe('ended-early')
    expect(verdict.refundBasisPoints).toBeCloseTo(5000, -2)
    const [refund] = await refunds(server, booking.purchaseId)
    expect(refund).toBe(Math.floor((10_000 * verdict.refundBasisPoints) / 10_000))
  })

  test('all comes back when the mentor never came in, and a pack’s credit too', async () => {
    const paid = await aClass({ there: 0 })
    const packId = await seats.pack(asha)
    await end(paid.sessionId)
    expect((await counted(paid.sessionId)).verdict.outcome).toBe('mentor-absent')
    expect(await refunds(server, paid.booking.purchaseId)).toEqual([10_000])
    const { sessionId } = await aClass({ there: 0, packId })
    expect(await usedOf(packId)).toBe(1)
    await end(sessionId)
    await counted(sessionId)
    expect(await usedOf(packId)).toBe(0)
  })

  test('it is counted once, though its job runs twice and the sweep comes by', async () => {
    const { sessionId, booking } = await aClass({ there: 0 })
    await end(sessionId)
    await counted(sessionId)
    await server.app.jobs.send(server.db, 'attendance.close', { sessionId })
    const lost = await aClass({ there: 60 })
    await endWithoutJob(lost.sessionId)
    await sweep()
    await counted(lost.sessionId)
    expect(await refunds(server, booking.purchaseId)).toEqual([10_000])
    expect((await read(sessionId)).earlier).toEqual([])
  })

  test('the rows can’t be changed, not even by hand', async () => {
    const { sessionId } = await aClass({ there: 60 })
    await end(sessionId)
    await counted(sessionId)
    for (const statement of [
      sql`update attendance set seconds = 0`,
      sql`delete from session_verdict`,
      sql`truncate attendance`,
    ])
      await expect(statement.execute(server.db)).rejects.toThrow('append-only')
  })
})

test('a session that its mentor never opened gives all back, half an hour after its end', async () => {
  const sessionId = await seats.session({ starts_at: soon() })
  const booking = await seats.book(sessionId, asha)
  await pay(server, booking.purchaseId)
  const startsAt = (ago: number) =>
    server.db
      .updateTable('session')
      .set({ starts_at: minutesAgo(ago) })
      .where('id', '=', sessionId)
      .execute()
  const statusOf = async () =>
    (await server.api(sessionRoutes.get, { params: { id: sessionId } })).session.status
  await startsAt(80)
  const marker = await aClass({ there: 60 })
  await endWithoutJob(marker.sessionId)
  await sweep()
  await counted(marker.sessionId)
  expect(await statusOf()).toBe('scheduled')
  await startsAt(91)
  await sweep()
  expect((await counted(sessionId)).verdict).toMatchObject({
    outcome: 'mentor-absent',
    refundBasisPoints: 10_000,
  })
  expect(await statusOf()).toBe('cancelled')
  await eventually(async () => expect(await refunds(server, booking.purchaseId)).toEqual([10_000]))
})

describe('an admin’s correction', () => {
  const correct = (sessionId: string, who: Person, refundBasisPoints: number) =>
    server.api(
      routes.correct,
      {
        params: { id: sessionId },
        body: { outcome: 'ended-early', refundBasisPoints, reason: 'The sound was gone for all.' },
      },
      who,
    )

  test('is one more verdict with its reason, gives back only what is missing, and takes nothing', async () => {
    const { sessionId, booking } = await aClass({ there: 30 })
    await end(sessionId)
    const { verdict } = await counted(sessionId)
    const first = verdict.refundBasisPoints
    expect(await correct(sessionId, admin, 8000)).toMatchObject({ revision: 2, refundBasisPoints: 8000 })
    expect(await correct(sessionId, admin, 1000)).toMatchObject({ revision: 3 })
    expect(await refunds(server, booking.purchaseId)).toEqual([first, 8000 - first])
    const after = await read(sessionId)
    expect(after.verdict).toMatchObject({ revision: 3, reason: 'The sound was gone for all.' })
    expect(after.earlier.map((one) => one.revision)).toEqual([2, 1])
    const audited = await server.db
      .selectFrom('audit_event')
      .select('actor_id')
      .where('subject', '=', `session:${sessionId}`)
      .execute()
    expect(audited.map((row) => row.actor_id)).toEqual([admin.userId, admin.userId])
  })

  test('locks all of the class’s money in one order first: two classes with the same buyers wait in line, not for each other', async () => {
    const packId = await seats.pack(asha)
    const packed = await aClass({ there: 60, packId })
    // Bought after the pack; as long as the class runs nobody gives it back.
    const other = await server.person()
    const bought = await seats.session()
    const { id, purchaseId } = await seats.book(bought, other)
    await pay(server, purchaseId)
    const { sessionId } = packed
    const here = { session_id: sessionId, seat: 2 }
    await server.db.updateTable('booking').set(here).where('id', '=', id).execute()
    await end(sessionId)
    await counted(sessionId)
    const held = await server.db.transaction().execute(async (trx) => {
      const lock = (of: string | null) => sql`select from payment where purchase_id = ${of} for update`
      const { purchase_id } = await trx
        .selectFrom('pack')
        .select('purchase_id')
        .where('id', '=', packId)
        .executeTakeFirstOrThrow()
      await lock(purchase_id).execute(trx)
      const correcting = correct(sessionId, admin, 5000)
      await eventually(async () => {
        const { rows } = await sql`select from pg_stat_activity where wait_event_type = 'Lock'
          and datname = current_database()`.execute(server.db)
        expect(rows).not.toEqual([])
      })
      // It waits for the first of them, and has not taken the second: Postgres would end one of us.
      await lock(purchaseId).execute(trx)
      return { correcting }
    })
    expect(await held.correcting).toMatchObject({ refundBasisPoints: 5000 })
    expect(await refunds(server, purchaseId)).toEqual([5_000])
  })

  test('is nobody else’s', async () => {
    const { sessionId } = await aClass({ there: 60 })
    await expect(correct(sessionId, mentor, 0)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(correct(sessionId, admin, 0)).rejects.toMatchObject({ code: 'not-open' })
  })
})

describe('who may read it', () => {
  test('the own mentor and admins, nobody else', async () => {
    const { sessionId } = await aClass({ there: 60 })
    const other = await server.person({ roles: ['mentor'] })
    for (const who of [asha, other])
      await expect(read(sessionId, who)).rejects.toMatchObject({ code: 'forbidden' })
    const careless = await server.person({ roles: ['admin'], secondFactor: false })
    await expect(read(sessionId, careless)).rejects.toMatchObject({ code: 'second-factor-needed' })
    expect((await read(sessionId, admin)).verdict).toBeNull()
  })

  test('as a table, in which no name is a formula', async () => {
    const { sessionId } = await aClass({ there: 60 })
    await end(sessionId)
    await counted(sessionId)
    const answer = await fetch(`${server.url}/api/sessions/${sessionId}/attendance.csv`, {
      headers: { authorization: `Bearer ${mentor.token}` },
    })
    expect(answer.headers.get('content-type')).toContain('text/csv')
    expect(answer.headers.get('content-disposition')).toContain('attachment')
    const lines = (await answer.text()).split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[2]).toContain(`,"'=Asha, ""the"" first",learner,60,0,`)
  })
})

const usedOf = async (packId: string) =>
  (await server.db.selectFrom('pack').select('used').where('id', '=', packId).executeTakeFirstOrThrow()).used

const endWithoutJob = (sessionId: string) =>
  server.db
    .updateTable('session')
    .set({ status: 'ended', ended_at: new Date() })
    .where('id', '=', sessionId)
    .execute()
