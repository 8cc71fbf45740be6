import type { SessionVerdict, VerdictOutcome } from '@peerlearn/contract/attendance'
import { minutes } from '../bookings/attended.ts'

/** What a class came to, in a few sentences: for its mentor, or for an admin who looks at another's. */
export function verdictWords(verdict: SessionVerdict, { mine }: { mine: boolean }): string {
  const { outcome, refundBasisPoints, reason } = verdict
  const who = mine ? 'you' : 'the mentor'
  const there = `${who} taught for ${Math.ceil(verdict.mentorSeconds / 60)} of ${minutes(verdict.plannedSeconds)}`
  const words: Record<VerdictOutcome, string> = {
    held: `The class was held: ${there}.`,
    'ended-early': `The class ended early: ${there}.`,
    'mentor-absent': mine
      ? 'You were there for less than five minutes.'
      : 'The mentor was there for less than five minutes.',
    failed: `Our servers failed for ${minutes(verdict.failedSeconds)} of it.`,
  }
  const corrected = reason ? ` Corrected by us: ${reason}` : ''
  return `${words[outcome]} ${shareWords(refundBasisPoints)}${corrected}`
}

function shareWords(basisPoints: number): string {
  if (basisPoints === 0) return 'Nothing goes back to learners.'
  if (basisPoints === 10_000) return 'Whoever paid gets all of it back.'
  return `${(basisPoints / 100).toFixed(basisPoints % 100 === 0 ? 0 : 1)} % of what was paid goes back to learners.`
}
