/** Attendance: who was in a class and for how long, and what its end comes to for refunds and payouts. */
import { z } from 'zod'
import { count, id, instant, text } from './base.ts'
import { file, route } from './route.ts'

/**
 * held: it took place. ended-early: the mentor was there for less than nine tenths of it. mentor-absent: the mentor did
 * not come, or for less than five minutes. failed: our own failures took more than half of it.
 */
export const verdictOutcome = z.enum(['held', 'ended-early', 'mentor-absent', 'failed'])
export type VerdictOutcome = z.infer<typeof verdictOutcome>

const basisPoints = z.number().int().min(0).max(10_000)

export const sessionVerdict = z
  .strictObject({
    /** 1 is what was measured; each correction is one more, and the newest counts. */
    revision: z.number().int().min(1),
    outcome: verdictOutcome,
    plannedSeconds: count,
    /** The mentor was there, and the class worked. */
    mentorSeconds: count,
    /** Our servers failed the mentor, or more than half of the class. */
    failedSeconds: count,
    /** The share of what was paid that goes back to learners, in hundredths of a percent. */
    refundBasisPoints: basisPoints,
    /** Of a correction: why. */
    reason: z.string().nullable(),
    at: instant,
  })
  .meta({ id: 'SessionVerdict' })
export type SessionVerdict = z.infer<typeof sessionVerdict>

export const attendee = z
  .strictObject({
    userId: id,
    name: z.string(),
    asMentor: z.boolean(),
    /** When they were in the room; they never overlap, in order. */
    intervals: z.array(z.strictObject({ from: instant, to: instant })),
    seconds: count,
    /** Of these, without sound and pictures because our servers failed. */
    lostSeconds: count,
  })
  .meta({ id: 'Attendee' })
export type Attendee = z.infer<typeof attendee>

const one = z.strictObject({ id })

export const attendanceRoutes = {
  read: route({
    method: 'get',
    path: '/api/sessions/:id/attendance',
    access: 'learner',
    limit: 'sessions',
    summary:
      'Who was in a session that is over, the mentor first, for its own mentor and admins; no verdict before the end is counted',
    params: one,
    response: z.strictObject({
      verdict: sessionVerdict.nullable(),
      /** Earlier verdicts, newest first. */
      earlier: z.array(sessionVerdict),
      people: z.array(attendee),
    }),
  }),
  csv: route({
    method: 'get',
    path: '/api/sessions/:id/attendance.csv',
    access: 'learner',
    limit: 'sessions',
    summary: 'The same as a table (RFC 4180)',
    params: one,
    produces: 'text/csv',
    response: file,
  }),
  correct: route({
    method: 'post',
    path: '/api/sessions/:id/verdict',
    access: 'refund',
    limit: 'sessions',
    summary:
      'Correct what a session came to; what is then owed beyond the verdict before goes back, nothing is taken from anybody',
    params: one,
    body: z.strictObject({
      outcome: verdictOutcome,
      refundBasisPoints: basisPoints,
      reason: text(5, 500),
    }),
    response: sessionVerdict,
    status: 201,
  }),
}
