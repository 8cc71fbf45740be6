/** What payouts do in the background. */
import { allOf } from '../all-of.ts'
import { returnUnusedPacks } from '../bookings/unused-packs.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import { retryByItself } from './retrying.ts'
import { sendPayout, type SendingDeps } from './sending.ts'
import { payExpiredPacks, returnLeftOvers, sweepPayouts, type SweepDeps } from './sweeping.ts'

export const payoutJobs = (deps: SendingDeps & SweepDeps): JobHandlers => ({
  'payout.send': ({ payoutId }) => sendPayout(deps, payoutId),
  'payout.retry': ({ payoutId, start }) => retryByItself(deps, payoutId, start),
  'payouts.sweep': () => sweepPayouts(deps),
  'payouts.expired-packs': () => allOf([() => returnUnusedPacks(deps), () => payExpiredPacks(deps)]),
  'payouts.left-over': () => returnLeftOvers(deps),
})
