/** What comes back of a paid seat when its buyer gives it back: the same rule for pages, checkout and server. */
import { z } from 'zod'

const hours = z.number().int().min(0).max(720)

/** All of it until `fullHours` before the start, half until `halfHours` (not more than the other), then nothing. */
export const refundPolicy = z
  .strictObject({ fullHours: hours, halfHours: hours })
  .meta({ id: 'RefundPolicy' })
export type RefundPolicy = z.infer<typeof refundPolicy>

const hourMs = 3_600_000

/** The share of what was paid that comes back now, in hundredths of a percent: 10000, 5000 or 0. */
export function refundShare({ fullHours, halfHours }: RefundPolicy, startsAt: Date, now: Date): number {
  const left = startsAt.getTime() - now.getTime()
  if (left >= fullHours * hourMs) return 10_000
  return left >= halfHours * hourMs ? 5_000 : 0
}

/** That share of an amount, in whole paise, rounded down. */
export const shareOf = (amountPaise: number, basisPoints: number): number =>
  Math.floor((amountPaise * basisPoints) / 10_000)

/** The policy in one sentence. */
export function policyWords({ fullHours, halfHours }: RefundPolicy): string {
  const all = `All of it comes back when you cancel ${until(fullHours)}`
  if (fullHours === 0) return `${all}.`
  if (halfHours === fullHours) return `${all}, nothing after that.`
  return `${all}, half ${until(halfHours)}${halfHours === 0 ? '' : ', nothing after that'}.`
}

/** Said beside the button once not all of it would come back; undefined before that. `basisPoints`: refundShare now. */
export function lossWords({ halfHours }: RefundPolicy, basisPoints: number): string | undefined {
  if (basisPoints >= 10_000) return undefined
  if (basisPoints === 0) return 'Nothing comes back when you cancel: it is too short before the start.'
  const half = `Only half of it comes back when you cancel ${until(halfHours)}`
  return halfHours === 0 ? `${half}.` : `${half}, nothing after that.`
}

/** What holds whatever the policy says. */
export const promiseWords =
  'All of it comes back when the mentor cancels or does not come, or when the class fails; when the mentor ends early, the part that was missed.'

const until = (hours: number) => (hours === 0 ? 'before it starts' : `until ${span(hours)} before the start`)

function span(hours: number): string {
  const [count, unit] = hours >= 48 && hours % 24 === 0 ? [hours / 24, 'day'] : [hours, 'hour']
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
