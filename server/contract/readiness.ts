/** The check of a device and its link before class: what was found, and what the mentor sees of it. */
import { z } from 'zod'
import { id, instant, share } from './base.ts'
import { way } from './media.ts'
import { route } from './route.ts'

const ms = z.number().int().min(0).max(600_000)
const bits = z.number().int().min(0).max(10_000_000_000)

/** null: not reached, not measured. Milliseconds are from the first try to media that flow. */
export const readinessResult = z.strictObject({
  microphone: z.enum(['works', 'silent', 'blocked', 'missing', 'untested']),
  camera: z.enum(['works', 'blocked', 'missing', 'untested']),
  ways: z.strictObject({ udp: ms.nullable(), tcp: ms.nullable(), turn: ms.nullable() }),
  /** What media will take: UDP before TCP before TURN. */
  best: way.nullable(),
  downBits: bits.nullable(),
  upBits: bits.nullable(),
  rttMs: ms.nullable(),
  lossDown: share.nullable(),
  lossUp: share.nullable(),
})
export type ReadinessResult = z.infer<typeof readinessResult>

/** ready: nothing to change. turn: works, by way of TURN. voice: too narrow for pictures. trouble: something is missing. */
export const verdict = z.enum(['ready', 'turn', 'voice', 'trouble'])
export type Verdict = z.infer<typeof verdict>

export const readiness = z
  .strictObject({ at: instant, verdict, result: readinessResult })
  .meta({ id: 'Readiness' })
export type Readiness = z.infer<typeof readiness>

/** For so long a check counts for seats that are taken after it. */
export const checkDays = 14

export const readinessRoutes = {
  /** One check counts for every coming session that the person has a seat in, or teaches, and for seats that follow soon. */
  store: route({
    method: 'post',
    path: '/api/readiness',
    access: 'signed-in',
    limit: 'sessions',
    summary: `Keep the result of my check with my coming bookings, and for those of the next ${checkDays} days`,
    body: readinessResult,
    response: z.strictObject({ readiness, sessions: z.number().int() }),
  }),
  board: route({
    method: 'get',
    path: '/api/sessions/:id/readiness',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Who of my learners is ready for this session; null: has not tried',
    params: z.strictObject({ id }),
    response: z.strictObject({
      items: z.array(z.strictObject({ learnerId: id, name: z.string(), readiness: readiness.nullable() })),
    }),
  }),
}
