/**
 * The job that sends a payout to Razorpay. Its transfers know no key, so before each ask those of the payment are looked
 * at for ours, and only one server asks at a time: a claim that runs out by itself keeps the others away, and no row
 * stays locked meanwhile. A transfer that was taken on without an answer is found, and never made again.
 */
import { sql } from 'kysely'
import type { Db, DbOrTrx } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { tellNoAccount, tellPayouts, type TellPayoutDeps } from './news.ts'
import { lockLeft } from './payment-left.ts'
import type { RouteGateway } from './route-gateway.ts'
import { owed, takeBack } from './taking-back.ts'
import { applyTransfer, markFailed } from './transfer-facts.ts'

export interface SendingDeps extends TellPayoutDeps {
  db: Db
  jobs: Jobs
  route: RouteGateway
}

/** Longer than the two calls take at the most. */
const claimFor = sql<Date>`now() + interval '45 seconds'`
/** Razorpay may still be working on an ask whose answer did not come in time. */
const lookAgainAfter = sql<Date>`now() + interval '5 seconds'`
/** Razorpay's least. */
const leastPaise = 100

/** @throws when it is not known how it ended: the job is tried again */
export async function sendPayout(deps: SendingDeps, payoutId: string): Promise<void> {
  const plan = await deps.db.transaction().execute((trx) => begin(trx, payoutId))
  // A server that dies before it does is told again by its job.
  if (plan.kind === 'no-account') return tellNoAccount(deps, plan.mentorId)
  if (plan.kind === 'nothing') return
  const answer = await ask(deps.route, plan).catch(async (error: unknown) => {
    await setClaim(deps.db, payoutId, lookAgainAfter)
    throw error
  })
  const told = await deps.db.transaction().execute(async (trx) => {
    const news =
      answer.kind === 'taken'
        ? await applyTransfer(trx, deps.jobs, answer.fact)
        : await markFailed(trx, deps.jobs, plan, { transferId: null, because: answer.reason })
    return tellPayouts(deps, trx, news)
  })
  await setClaim(deps.db, payoutId, null)
  for (const tellNow of told) await tellNow()
}

const setClaim = (db: DbOrTrx, id: string, until: typeof claimFor | null) =>
  db.updateTable('payout').set({ claimed_until: until }).where('id', '=', id).execute()

interface Ask {
  kind: 'ask'
  id: string
  restarts: number
  /** Known from an ask before. */
  transferId: string | null
  /** Razorpay's. */
  paymentId: string
  accountId: string
  amountPaise: number
}
type Plan = Ask | { kind: 'nothing' } | { kind: 'no-account'; mentorId: string }

async function ask(route: RouteGateway, plan: Ask) {
  if (plan.transferId) return { kind: 'taken' as const, fact: await route.getTransfer(plan.transferId) }
  const made = await route.findTransfersOf(plan.paymentId)
  const known = made.find(({ ours }) => ours?.id === plan.id && ours.start === plan.restarts)
  if (known) return { kind: 'taken' as const, fact: known }
  return route.transfer({ ...plan, notes: { payout: plan.id, start: String(plan.restarts) } })
}

/** Decides what is sent and claims it; or says why it waits. */
async function begin(trx: DbOrTrx, payoutId: string): Promise<Plan> {
  const payout = await lockPayout(trx, payoutId)
  if (!payout || (payout.status !== 'due' && payout.status !== 'sent')) return { kind: 'nothing' }
  if (payout.claimed) throw new Error('somebody asks Razorpay about this payout just now')
  if (payout.status === 'due') {
    const waits = await prepare(trx, payout)
    if (waits) return waits
  }
  const { amountPaise } = await trx
    .updateTable('payout')
    .set({ status: 'sent', attempts: sql`attempts + 1`, failure: null })
    .set({ claimed_until: claimFor, updated_at: sql`now()` })
    .where('id', '=', payoutId)
    .returning(sql<number>`amount_paise - withheld_paise`.as('amountPaise'))
    .executeTakeFirstOrThrow()
  const { id, restarts, transferId, gatewayId, accountId } = payout
  if (!gatewayId || (!accountId && !transferId)) throw new Error('a payout was begun without an account')
  return {
    kind: 'ask',
    id,
    restarts,
    transferId,
    paymentId: gatewayId,
    accountId: accountId ?? '',
    amountPaise,
  }
}

/** Locks its payment, then the mentor's terms, then itself: two payouts of a mentor never pay the same debt. */
async function lockPayout(trx: DbOrTrx, id: string) {
  const of = await trx
    .selectFrom('payout')
    .select(['payment_id', 'mentor_id'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!of) return undefined
  await trx.selectFrom('payment').select('id').where('id', '=', of.payment_id).forNoKeyUpdate().execute()
  await trx
    .insertInto('mentor_terms')
    .values({ mentor_id: of.mentor_id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return trx
    .selectFrom('payout')
    .innerJoin('payment', 'payment.id', 'payout.payment_id')
    .innerJoin('mentor_terms', 'mentor_terms.mentor_id', 'payout.mentor_id')
    .select(['payout.id', 'payout.status', 'payout.restarts', 'payout.transfer_id as transferId'])
    .select(['payout.payment_id as paymentId', 'payout.mentor_id as mentorId'])
    .select(['payment.payment_id as gatewayId', 'mentor_terms.linked_account_id as accountId'])
    .select(sql<boolean>`coalesce(claimed_until > now(), false)`.as('claimed'))
    .where('payout.id', '=', id)
    .forNoKeyUpdate(['payout', 'mentor_terms'])
    .executeTakeFirst()
}
type Payout = NonNullable<Awaited<ReturnType<typeof lockPayout>>>

/** @returns why nothing is asked; undefined when it can be sent */
async function prepare(trx: DbOrTrx, payout: Payout): Promise<Plan | undefined> {
  await takeBack(trx, payout.paymentId)
  const left = await lockLeft(trx, payout.paymentId)
  if (left.disputed)
    return wait(trx, payout, 'The payer’s bank asks for this money; it waits until that is decided.')
  if (left.nowPaise < 0)
    return wait(trx, payout, 'A refund of this payment is on its way; the rest is sent after it.')
  const amountPaise = await withhold(trx, payout)
  if (amountPaise === 0) return settle(trx, payout)
  if (!payout.accountId) {
    await wait(trx, payout, noAccount)
    return { kind: 'no-account', mentorId: payout.mentorId }
  }
  if (amountPaise < leastPaise) return wait(trx, payout, 'Razorpay transfers no less than one rupee.')
  return undefined
}

const noAccount = 'There is no account yet that it could be sent to.'

async function wait(trx: DbOrTrx, { id }: Payout, failure: string): Promise<Plan> {
  await trx
    .updateTable('payout')
    .set({ failure, updated_at: sql`now()` })
    .where('id', '=', id)
    .execute()
  return { kind: 'nothing' }
}

/** What the mentor owes is kept. @returns what is left to be sent */
async function withhold(trx: DbOrTrx, { id, mentorId }: Payout): Promise<number> {
  const terms = await trx
    .selectFrom('mentor_terms')
    .select(owed.as('owedPaise'))
    .where('mentor_id', '=', mentorId)
    .executeTakeFirstOrThrow()
  const { left } = await trx
    .updateTable('payout')
    .set({
      withheld_paise: sql`least(amount_paise, withheld_paise + ${Math.max(0, terms.owedPaise)}::int)`,
    })
    .where('id', '=', id)
    .returning(sql<number>`amount_paise - withheld_paise`.as('left'))
    .executeTakeFirstOrThrow()
  return left
}

/** Nothing of it is to be sent. */
async function settle(trx: DbOrTrx, { id }: Payout): Promise<Plan> {
  await trx
    .updateTable('payout')
    .set({ status: 'settled', failure: null, updated_at: sql`now()` })
    .where('id', '=', id)
    .execute()
  return { kind: 'nothing' }
}
