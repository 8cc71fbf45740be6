/** Classes that took place on paid seats, and what was counted of them: for tests of attendance. */
import { attendanceRoutes } from '@peerlearn/contract/attendance'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, expect } from 'vitest'
import { giveClass } from './given-class.ts'
import { eventually } from './harness.ts'
import { openDesk, pay } from './paid-seats.ts'

type Desk = Awaited<ReturnType<typeof openAttendance>>

/** For a file's tests. */
export function useAttendance(): Desk {
  const desk = {} as Desk // whole before a test reads it
  beforeAll(async () => void Object.assign(desk, await openAttendance()))
  return desk
}

/** A server, a mentor who teaches there, Asha who learns with them, and an admin. */
async function openAttendance() {
  const { server, mentor, seats } = await openDesk()
  const asha = await server.person({ name: '=Asha, "the" first' })
  const admin = await server.person({ roles: ['admin'] })
  const read = (sessionId: string, who = mentor) =>
    server.api(attendanceRoutes.read, { params: { id: sessionId } }, who)
  return {
    ...seats,
    server,
    mentor,
    asha,
    admin,
    /** A class of ₹100 that Asha paid for, opened an hour ago; `there`: how many minutes the mentor was in it. */
    async aClass({ there, packId }: { there: number; packId?: string }) {
      const sessionId = await seats.session({ starts_at: new Date(Date.now() + 3_600_000) })
      const booking = await seats.book(sessionId, asha, packId ? { packId } : {})
      if (!packId) await pay(server, booking.purchaseId)
      await giveClass(server.db, { sessionId, mentor, learner: asha, there })
      return { sessionId, booking }
    },
    end: (sessionId: string) =>
      server.api(sessionRoutes.end, { params: { id: sessionId }, body: {} }, mentor),
    /** As of a server that died before its job was kept. */
    endWithoutJob: (sessionId: string) =>
      server.db
        .updateTable('session')
        .set({ status: 'ended', ended_at: new Date() })
        .where('id', '=', sessionId)
        .execute(),
    read,
    /** Asked of the database: who asks the server again and again is refused after a while. */
    async counted(sessionId: string) {
      const rows = server.db
        .selectFrom('session_verdict')
        .select('revision')
        .where('session_id', '=', sessionId)
      await eventually(async () => expect(await rows.execute()).not.toEqual([]))
      const { verdict, people } = await read(sessionId)
      if (!verdict) throw new Error('the session has not been counted')
      return { verdict, people }
    },
    sweep: () => server.app.jobs.send(server.db, 'attendance.sweep', {}),
  }
}
