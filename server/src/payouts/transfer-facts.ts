/** What Razorpay says of a transfer, in any order and any number of times. States only move forward. */
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import type { DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { postTransferFailed, postTransferred, postTransferReversed } from '../ledger/payout-movements.ts'
import type { TransferFact } from '../payments/entities.ts'

/** What somebody must hear of after the commit. */
export interface PayoutNews {
  payoutId: string
  news: 'paid' | 'failed' | 'reversed'
}

/** The first failure is tried again by itself. */
const againAfterMs = 30 * 60_000

export async function applyTransfer(trx: DbOrTrx, jobs: Jobs, fact: TransferFact): Promise<PayoutNews[]> {
  const payout = await lockKnown(trx, fact)
  if (!payout) return []
  const moved = { ...fact, amountPaise: payout.transferPaise }
  if (payout.status === 'sent') {
    await postTransferred(trx, payout, moved)
    if (fact.status === 'failed') return fail(trx, jobs, payout, fact)
    await setState(trx, payout.id, fact)
  }
  const news: PayoutNews[] = await hearReversal(trx, payout, fact)
  if (isOver(fact) && payout.status === 'sent') news.unshift({ payoutId: payout.id, news: 'paid' })
  if (!payout.transferId)
    await audit(trx, {
      actorId: null,
      action: 'payout.sent',
      subject: `payout:${payout.id}`,
      data: { transfer: fact.transferId, amountPaise: payout.transferPaise },
    })
  return news
}

const isOver = ({ status }: TransferFact) => status !== 'created' && status !== 'pending'

/** By Razorpay's id; else, before its answer to us arrived, by our own notes: the same payout, in the same try. */
const lockKnown = (trx: DbOrTrx, { transferId, ours }: TransferFact) =>
  trx
    .selectFrom('payout')
    .select(['id', 'payment_id as paymentId', 'mentor_id as mentorId', 'status', 'restarts'])
    .select(['reversed_paise as reversedPaise', 'transfer_id as transferId'])
    .select(sql<number>`amount_paise - withheld_paise`.as('transferPaise'))
    .where((eb) =>
      eb.or([
        eb('transfer_id', '=', transferId),
        ...(ours
          ? [
              eb.and([
                eb('id', '=', ours.id),
                eb('restarts', '=', ours.start),
                eb('transfer_id', 'is', null),
                eb('status', '=', 'sent'),
              ]),
            ]
          : []),
      ]),
    )
    .forNoKeyUpdate()
    .executeTakeFirst()
type Known = NonNullable<Awaited<ReturnType<typeof lockKnown>>>

const setState = (trx: DbOrTrx, id: string, fact: TransferFact) =>
  trx
    .updateTable('payout')
    .set({
      status: isOver(fact) ? 'settled' : 'sent',
      transfer_id: fact.transferId,
      claimed_until: null,
      failure: null,
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .execute()

async function fail(trx: DbOrTrx, jobs: Jobs, payout: Known, fact: TransferFact): Promise<PayoutNews[]> {
  const { transferId, failure } = fact
  await postTransferFailed(trx, payout, { transferId, amountPaise: payout.transferPaise })
  const because = failure ?? 'Razorpay could not credit the account.'
  return markFailed(trx, jobs, payout, { transferId, because })
}

/** The money is still owed. `transferId` null: Razorpay took nothing on. */
export async function markFailed(
  trx: DbOrTrx,
  jobs: Jobs,
  { id, restarts }: { id: string; restarts: number },
  { transferId, because }: { transferId: string | null; because: string },
): Promise<PayoutNews[]> {
  const failed = await trx
    .updateTable('payout')
    .set({
      status: 'failed',
      transfer_id: transferId,
      claimed_until: null,
      failure: because.slice(0, 300),
      updated_at: sql`now()`,
    })
    .where('id', '=', id)
    .where('status', '=', 'sent')
    .where('restarts', '=', restarts)
    .returning('id')
    .executeTakeFirst()
  if (!failed) return []
  const after = new Date(Date.now() + againAfterMs)
  if (restarts === 0) await jobs.send(trx, 'payout.retry', { payoutId: id, start: 0 }, { after, key: id })
  return [{ payoutId: id, news: 'failed' }]
}

/** Only Razorpay's own pages reverse: an admin did it, and knows why. */
async function hearReversal(trx: DbOrTrx, payout: Known, fact: TransferFact): Promise<PayoutNews[]> {
  const { transferId, reversedPaise: total } = fact
  const amountPaise = total - payout.reversedPaise
  if (amountPaise <= 0 || total > payout.transferPaise) return []
  await trx
    .updateTable('payout')
    .set({ reversed_paise: total, updated_at: sql`now()` })
    .where('id', '=', payout.id)
    .execute()
  await postTransferReversed(trx, payout, { transferId, amountPaise, total })
  return [{ payoutId: payout.id, news: 'reversed' }]
}
