/** Who hears of a refund, and in which words. */
import type { Refund } from '@peerlearn/contract/payments'
import type { Db } from '../db.ts'
import type { Notify } from '../notifications/notifications.ts'
import { alarm, type AlarmDeps } from './alarm.ts'
import type { RefundNews } from './refund-facts.ts'
import { getRefund } from './refund-queries.ts'

export interface TellDeps extends AlarmDeps {
  db: Db
  notify: Notify
}

type Tell = (deps: TellDeps, refund: Refund) => Promise<void>

/** Call it after the commit; each is told once however often it is called. */
export async function tellRefund(deps: TellDeps, { refundId, news }: RefundNews): Promise<void> {
  await words[news](deps, await getRefund(deps.db, refundId))
}

const words: Record<RefundNews['news'], Tell> = {
  given: (deps, refund) => tellPayer(deps, refund),
  'made-elsewhere': (deps, refund) => tellPayer(deps, refund),
  failed: (deps, { id, amountPaise, payerName, failure }) =>
    alarm(deps, {
      title: 'A refund failed',
      message: `${rupees(amountPaise)} for ${payerName} could not be given back: ${failure ?? 'no reason was given'}. Begin it anew, or give the money back another way.`,
      key: `refund-failed:${id}:${Date.now()}`,
    }),
  displaced: (deps, { id, amountPaise, payerName }) =>
    alarm(deps, {
      title: 'A refund was made twice over',
      message: `A refund on Razorpay’s own pages took the place of ${rupees(amountPaise)} that ${payerName} was to get. Look whether something is still owed.`,
      key: `refund-displaced:${id}`,
    }),
}

async function tellPayer({ db, notify }: TellDeps, refund: Refund): Promise<void> {
  const { account_id } = await db
    .selectFrom('payment')
    .select('account_id')
    .where('id', '=', refund.paymentId)
    .executeTakeFirstOrThrow()
  const { title, amountPaise, reason } = refund
  await notify([account_id], {
    kind: 'payment',
    title: 'Your money is on its way back',
    message: `${rupees(amountPaise)} of what you paid for “${title}” is being refunded: ${reason} Banks take five to seven days.`,
    link: '/bookings',
    key: `refund:${refund.id}`,
  })
}

export const rupees = (paise: number): string =>
  `₹${(paise / 100).toLocaleString('en-IN', { minimumFractionDigits: paise % 100 === 0 ? 0 : 2 })}`
