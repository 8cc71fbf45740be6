/** What was attended decides what comes back: from the room's events, on real rows, with real refunds. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { useAttendance } from './attendance-desk.ts'
import { eventually } from './harness.ts'
import { pay, refunds } from './paid-seats.ts'

const desk = useAttendance()

const usedOf = async (packId: string) =>
  (await desk.server.db.selectFrom('pack').select('used').where('id', '=', packId).executeTakeFirstOrThrow())
    .used

describe('once a class has ended', () => {
  test('who was there is counted, and everybody keeps what was paid for a class that was held', async () => {
    const { sessionId, booking } = await desk.aClass({ there: 58 })
    await desk.end(sessionId)
    const { verdict, people } = await desk.counted(sessionId)
    expect(verdict).toMatchObject({
      outcome: 'held',
      refundBasisPoints: 0,
      revision: 1,
      plannedSeconds: 3600,
    })
    expect(people.map(({ name, asMentor }) => [name, asMentor])).toEqual([
      [desk.mentor.name, true],
      [desk.asha.name, false],
    ])
    expect(people[0]?.seconds).toBeCloseTo(58 * 60, -1)
    expect(people[1]?.seconds).toBeCloseTo(60 * 60, -1)
    expect(await refunds(desk.server, booking.purchaseId)).toEqual([])
    const { items } = await desk.server.api(bookingRoutes.mine, {}, desk.asha)
    expect(items.find((one) => one.booking.id === booking.id)?.attendedSeconds).toBeCloseTo(60 * 60, -1)
  })

  test('the mentor who ends early gives back the part that was missed', async () => {
    const { sessionId, booking } = await desk.aClass({ there: 30 })
    await desk.end(sessionId)
    const { verdict } = await desk.counted(sessionId)
    expect(verdict.outcome).toBe('ended-early')
    expect(verdict.refundBasisPoints).toBeCloseTo(5000, -2)
    const [refund] = await refunds(desk.server, booking.purchaseId)
    expect(refund).toBe(Math.floor((10_000 * verdict.refundBasisPoints) / 10_000))
  })

  test('all comes back when the mentor never came in, and a pack’s credit too', async () => {
    const paid = await desk.aClass({ there: 0 })
    const packId = await desk.pack(desk.asha)
    await desk.end(paid.sessionId)
    expect((await desk.counted(paid.sessionId)).verdict.outcome).toBe('mentor-absent')
    expect(await refunds(desk.server, paid.booking.purchaseId)).toEqual([10_000])
    const { sessionId } = await desk.aClass({ there: 0, packId })
    expect(await usedOf(packId)).toBe(1)
    await desk.end(sessionId)
    await desk.counted(sessionId)
    expect(await usedOf(packId)).toBe(0)
  })

  test('it is counted once, though its job runs twice and the sweep comes by', async () => {
    const { sessionId, booking } = await desk.aClass({ there: 0 })
    await desk.end(sessionId)
    await desk.counted(sessionId)
    await desk.server.app.jobs.send(desk.server.db, 'attendance.close', { sessionId })
    const lost = await desk.aClass({ there: 60 })
    await desk.endWithoutJob(lost.sessionId)
    await desk.sweep()
    await desk.counted(lost.sessionId)
    expect(await refunds(desk.server, booking.purchaseId)).toEqual([10_000])
    expect((await desk.read(sessionId)).earlier).toEqual([])
  })

  test('the rows can’t be changed, not even by hand', async () => {
    const { sessionId } = await desk.aClass({ there: 60 })
    await desk.end(sessionId)
    await desk.counted(sessionId)
    for (const statement of [
      sql`update attendance set seconds = 0`,
      sql`delete from session_verdict`,
      sql`truncate attendance`,
    ])
      await expect(statement.execute(desk.server.db)).rejects.toThrow('append-only')
  })
})

test('a session that its mentor never opened gives all back, half an hour after its end', async () => {
  const sessionId = await desk.session({ starts_at: new Date(Date.now() + 3_600_000) })
  const booking = await desk.book(sessionId, desk.asha)
  await pay(desk.server, booking.purchaseId)
  const startsAt = (ago: number) =>
    desk.server.db
      .updateTable('session')
      .set({ starts_at: new Date(Date.now() - ago * 60_000) })
      .where('id', '=', sessionId)
      .execute()
  const statusOf = async () =>
    (await desk.server.api(sessionRoutes.get, { params: { id: sessionId } })).session.status
  await startsAt(80)
  const marker = await desk.aClass({ there: 60 })
  await desk.endWithoutJob(marker.sessionId)
  await desk.sweep()
  await desk.counted(marker.sessionId)
  expect(await statusOf()).toBe('scheduled')
  await startsAt(91)
  await desk.sweep()
  expect((await desk.counted(sessionId)).verdict).toMatchObject({
    outcome: 'mentor-absent',
    refundBasisPoints: 10_000,
  })
  expect(await statusOf()).toBe('cancelled')
  await eventually(async () => expect(await refunds(desk.server, booking.purchaseId)).toEqual([10_000]))
})

describe('who may read it', () => {
  test('the own mentor and admins, nobody else', async () => {
    const { sessionId } = await desk.aClass({ there: 60 })
    const other = await desk.server.person({ roles: ['mentor'] })
    for (const who of [desk.asha, other])
      await expect(desk.read(sessionId, who)).rejects.toMatchObject({ code: 'forbidden' })
    const careless = await desk.server.person({ roles: ['admin'], secondFactor: false })
    await expect(desk.read(sessionId, careless)).rejects.toMatchObject({ code: 'second-factor-needed' })
    expect((await desk.read(sessionId, desk.admin)).verdict).toBeNull()
  })

  test('as a table, in which no name is a formula', async () => {
    const { sessionId } = await desk.aClass({ there: 60 })
    await desk.end(sessionId)
    await desk.counted(sessionId)
    const answer = await fetch(`${desk.server.url}/api/sessions/${sessionId}/attendance.csv`, {
      headers: { authorization: `Bearer ${desk.mentor.token}` },
    })
    expect(answer.headers.get('content-type')).toContain('text/csv')
    expect(answer.headers.get('content-disposition')).toContain('attachment')
    const lines = (await answer.text()).split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines[2]).toContain(`,"'=Asha, ""the"" first",learner,60,0,`)
  })
})
