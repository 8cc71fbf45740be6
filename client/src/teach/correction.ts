/** What an admin's correction may say, as its form holds it. */
import { verdictOutcome, type attendanceRoutes, type VerdictOutcome } from '@peerlearn/contract/attendance'
import type { BodyOf } from '@peerlearn/contract/route'
import { z } from 'zod'

const names: Record<VerdictOutcome, string> = {
  held: 'It was held',
  'ended-early': 'It ended early',
  'mentor-absent': 'The mentor was not there',
  failed: 'Our servers failed',
}
export const outcomes = verdictOutcome.options.map((value) => ({ value, label: names[value] }))

const percent = z
  .string()
  .trim()
  .regex(/^\d{1,3}(\.\d{1,2})?$/, 'A percentage such as 25 or 12.5.')
  .transform((typed) => Math.round(Number(typed) * 100))
  .refine((points) => points <= 10_000, 'From 0 to 100.')

export const correctionRules: z.ZodType<BodyOf<typeof attendanceRoutes.correct>> = z.object({
  outcome: verdictOutcome,
  refundBasisPoints: percent,
  reason: z.string().trim().min(5, 'Say why, in a sentence.').max(500),
})
