/** Who hears of a refund, and in which words. */
import type { Refund } from '@peerlearn/contract/payments'
import type { DbOrTrx } from '../db.ts'
import type { TellNow } from '../notifications/notifications.ts'
import { rupees } from '../rupees.ts'
import { alarm, type AlarmDeps } from './alarm.ts'
import type { RefundNews } from './refund-facts.ts'
import { getRefund } from './refund-queries.ts'

export type TellDeps = AlarmDeps

type Tell = (deps: TellDeps, trx: DbOrTrx, refund: Refund) => Promise<TellNow>

/** In the transaction that moved them; each is told once however often it is called. @returns for after the commit */
export async function tellRefunds(deps: TellDeps, trx: DbOrTrx, all: RefundNews[]): Promise<TellNow[]> {
  const told: TellNow[] = []
  for (const { refundId, news } of all)
    told.push(await words[news](deps, trx, await getRefund(trx, refundId)))
  return told
}

const words: Record<RefundNews['news'], Tell> = {
  given: (deps, trx, refund) => tellPayer(deps, trx, refund),
  'made-elsewhere': (deps, trx, refund) => tellPayer(deps, trx, refund),
  failed: (deps, trx, { id, amountPaise, payerName, failure }) =>
    alarm(deps, trx, {
      title: 'A refund failed',
      message: `${rupees(amountPaise)} for ${payerName} could not be given back: ${failure ?? 'no reason was given'}. Begin it anew, or give the money back another way.`,
      key: `refund-failed:${id}:${Date.now()}`,
    }),
  displaced: (deps, trx, { id, amountPaise, payerName }) =>
    alarm(deps, trx, {
      title: 'A refund was made twice over',
      message: `A refund on Razorpay’s own pages took the place of ${rupees(amountPaise)} that ${payerName} was to get. Look whether something is still owed.`,
      key: `refund-displaced:${id}`,
    }),
}

async function tellPayer({ willTell }: TellDeps, trx: DbOrTrx, refund: Refund): Promise<TellNow> {
  const { account_id } = await trx
    .selectFrom('payment')
    .select('account_id')
    .where('id', '=', refund.paymentId)
    .executeTakeFirstOrThrow()
  const { title, amountPaise, reason } = refund
  const note = {
    kind: 'payment',
    title: 'Your money is on its way back',
    message: `${rupees(amountPaise)} of what you paid for “${title}” is being refunded: ${reason} Banks take five to seven days.`,
    link: '/bookings#payments',
    key: `refund:${refund.id}`,
  } as const
  return willTell(trx, [{ to: [account_id], note }])
}
