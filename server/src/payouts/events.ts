/** Razorpay's events about transfers. */
import type { Jobs } from '../jobs/jobs.ts'
import { transferEntity } from '../payments/entities.ts'
import type { HearEvent, HearEvents } from '../payments/events.ts'
import { tellPayouts, type TellPayoutDeps } from './news.ts'
import { applyTransfer } from './transfer-facts.ts'

export function payoutEvents(deps: TellPayoutDeps & { jobs: Jobs }): HearEvents {
  const transfer: HearEvent = async (trx, payload) => {
    const fact = transferEntity.safeParse(payload['transfer']).data
    const news = fact ? await applyTransfer(trx, deps.jobs, fact) : []
    return tellPayouts(deps, trx, news)
  }
  return { 'transfer.processed': transfer, 'transfer.failed': transfer, 'transfer.reversed': transfer }
}
