/** What a class that is over came to, from who was there: the one rule behind refunds and payouts. */
import type { VerdictOutcome } from '@peerlearn/contract/attendance'
import { common, secondsOf } from './intervals.ts'
import type { Presence } from './presence.ts'

export interface Judged {
  outcome: VerdictOutcome
  plannedSeconds: number
  mentorSeconds: number
  failedSeconds: number
  refundBasisPoints: number
}

interface Planned {
  startsAt: Date
  durationMinutes: number
  mentorId: string
}

const leastSeconds = 5 * 60
const enough = 0.9

/**
 * A class may begin early or late. Time counts from the planned start, or from when the first learner was there: a mentor
 * who waits alone before it has taught nobody. Our failures count up to when the class was to be over.
 */
export function judge({ startsAt, durationMinutes, mentorId }: Planned, presence: Presence): Judged {
  const plannedSeconds = durationMinutes * 60
  const from = Math.min(startsAt.getTime(), presence.firstLearnerAt ?? Number.POSITIVE_INFINITY)
  const begun = Math.max(startsAt.getTime(), presence.openedAt ?? 0)
  const failing = common(presence.failing, [{ from, to: begun + plannedSeconds * 1000 }])
  const there = common(presence.present.get(mentorId) ?? [], [{ from, to: Number.POSITIVE_INFINITY }])
  const cameSeconds = secondsOf(there)
  const failedSeconds = Math.min(plannedSeconds, secondsOf(failing))
  const mentorSeconds = Math.min(plannedSeconds, cameSeconds - secondsOf(common(there, failing)))
  const measured = { plannedSeconds, mentorSeconds, failedSeconds }
  if (failedSeconds * 2 > plannedSeconds) return { outcome: 'failed', ...measured, refundBasisPoints: 10_000 }
  if (cameSeconds < Math.min(leastSeconds, plannedSeconds / 2))
    return { outcome: 'mentor-absent', ...measured, refundBasisPoints: 10_000 }
  // What our failures took is not the mentor's to make up for.
  const owed = plannedSeconds - failedSeconds
  if (mentorSeconds >= enough * owed) return { outcome: 'held', ...measured, refundBasisPoints: 0 }
  const missing = Math.round(((owed - mentorSeconds) / plannedSeconds) * 10_000)
  return { outcome: 'ended-early', ...measured, refundBasisPoints: missing }
}
