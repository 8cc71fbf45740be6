/** An admin corrects what was counted of a class. */
import { attendanceRoutes } from '@peerlearn/contract/attendance'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { useAttendance } from './attendance-desk.ts'
import { eventually, type Person } from './harness.ts'
import { pay, refunds } from './paid-seats.ts'

const desk = useAttendance()

describe('an admin’s correction', () => {
  const correct = (sessionId: string, who: Person, refundBasisPoints: number) =>
    desk.server.api(
      attendanceRoutes.correct,
      {
        params: { id: sessionId },
        body: { outcome: 'ended-early', refundBasisPoints, reason: 'The sound was gone for all.' },
      },
      who,
    )

  test('is one more verdict with its reason, gives back only what is missing, and takes nothing', async () => {
    const { sessionId, booking } = await desk.aClass({ there: 30 })
    await desk.end(sessionId)
    const { verdict } = await desk.counted(sessionId)
    const first = verdict.refundBasisPoints
    expect(await correct(sessionId, desk.admin, 8000)).toMatchObject({ revision: 2, refundBasisPoints: 8000 })
    expect(await correct(sessionId, desk.admin, 1000)).toMatchObject({ revision: 3 })
    expect(await refunds(desk.server, booking.purchaseId)).toEqual([first, 8000 - first])
    const after = await desk.read(sessionId)
    expect(after.verdict).toMatchObject({ revision: 3, reason: 'The sound was gone for all.' })
    expect(after.earlier.map((one) => one.revision)).toEqual([2, 1])
    const audited = await desk.server.db
      .selectFrom('audit_event')
      .select('actor_id')
      .where('subject', '=', `session:${sessionId}`)
      .execute()
    expect(audited.map((row) => row.actor_id)).toEqual([desk.admin.userId, desk.admin.userId])
  })

  test('locks all of the class’s money in one order first: two classes with the same buyers wait in line, not for each other', async () => {
    const packId = await desk.pack(desk.asha)
    const packed = await desk.aClass({ there: 60, packId })
    // Bought after the pack; as long as the class runs nobody gives it back.
    const other = await desk.server.person()
    const bought = await desk.session()
    const { id, purchaseId } = await desk.book(bought, other)
    await pay(desk.server, purchaseId)
    const { sessionId } = packed
    const here = { session_id: sessionId, seat: 2 }
    await desk.server.db.updateTable('booking').set(here).where('id', '=', id).execute()
    await desk.end(sessionId)
    await desk.counted(sessionId)
    const held = await desk.server.db.transaction().execute(async (trx) => {
      const lock = (of: string | null) => sql`select from payment where purchase_id = ${of} for update`
      const { purchase_id } = await trx
        .selectFrom('pack')
        .select('purchase_id')
        .where('id', '=', packId)
        .executeTakeFirstOrThrow()
      await lock(purchase_id).execute(trx)
      const correcting = correct(sessionId, desk.admin, 5000)
      await eventually(async () => {
        const { rows } = await sql`select from pg_stat_activity where wait_event_type = 'Lock'
          and datname = current_database()`.execute(desk.server.db)
        expect(rows).not.toEqual([])
      })
      // It waits for the first of them, and has not taken the second: Postgres would end one of us.
      await lock(purchaseId).execute(trx)
      return { correcting }
    })
    expect(await held.correcting).toMatchObject({ refundBasisPoints: 5000 })
    expect(await refunds(desk.server, purchaseId)).toEqual([5_000])
  })

  test('is nobody else’s', async () => {
    const { sessionId } = await desk.aClass({ there: 60 })
    await expect(correct(sessionId, desk.mentor, 0)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(correct(sessionId, desk.admin, 0)).rejects.toMatchObject({ code: 'not-open' })
  })
})
