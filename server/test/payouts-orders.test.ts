/** Razorpay tells of a transfer in any order, some of it twice: how it ends does not depend on that. */
import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { transferEntity } from '../src/payments/entities.ts'
import { applyTransfer } from '../src/payouts/transfer-facts.ts'
import type { Person } from './harness.ts'
import { openPayoutShop, type PayoutShop } from './payouts-shop.ts'

let shop: PayoutShop
let mentor: Person
let id: string
beforeAll(async () => {
  shop = await openPayoutShop()
  mentor = await shop.newMentor({ account: false })
  const sold = await shop.sell(mentor)
  await shop.teach(sold)
  await shop.stand(mentor, [{ status: 'due' }])
  id = (await shop.payouts(mentor))[0]!.id
})

let transfers = 0
interface Told {
  status: 'pending' | 'processed' | 'failed' | 'partially_reversed' | 'reversed'
  reversed: number
}
const told = (status: Told['status'], reversed = 0): Told => ({ status, reversed })
const arrives = [
  told('pending'),
  told('processed'),
  told('partially_reversed', 910),
  told('reversed', 44_910),
]
const fails = [told('pending'), told('failed')]

/** All of them, some twice, in any order. */
const inAnyOrder = (events: Told[]) =>
  fc.subarray(events).chain((twice) =>
    fc.shuffledSubarray([...events, ...twice], {
      minLength: events.length + twice.length,
      maxLength: events.length + twice.length,
    }),
  )

/** As after an ask without an answer, for a transfer that nobody knows yet; then each is told. @returns how it ended */
async function tell(events: Told[]) {
  const { db, app } = shop.server
  const start = ++transfers
  await db
    .updateTable('payout')
    .set({ status: 'sent', transfer_id: null, restarts: start, reversed_paise: 0 })
    .where('id', '=', id)
    .execute()
  for (const { status, reversed } of events) {
    const fact = transferEntity.parse({
      id: `trf_${start}`,
      source: 'pay_any',
      recipient: 'acc_any',
      amount: 44_910,
      amount_reversed: reversed,
      status,
      notes: { payout: id, start: String(start) },
    })
    await db.transaction().execute((trx) => applyTransfer(trx, app.jobs, fact))
  }
  const [row] = await shop.payouts(mentor)
  const { rows } = await sql<{ account: string; paise: number }>`
    select split_part(account, ':', 1) as account, sum(amount_paise)::int as paise
    from ledger_line join ledger_entry on ledger_entry.id = entry_id
    where key like ${`payout-%:trf_${start}%`} group by 1 having sum(amount_paise) <> 0 order by 1`.execute(
    db,
  )
  return { status: row!.status, reversed: row!.reversed_paise, moved: rows }
}

test('one that arrived and was fetched back is both, whatever was heard first', async () => {
  const end = { status: 'settled', reversed: 44_910, moved: [] }
  await fc.assert(
    fc.asyncProperty(inAnyOrder(arrives), async (events) => {
      expect(await tell(events)).toEqual(end)
    }),
    { numRuns: 40 },
  )
})

test('one that failed has moved nothing, whatever was heard first', async () => {
  await fc.assert(
    fc.asyncProperty(inAnyOrder(fails), async (events) => {
      expect(await tell(events)).toEqual({ status: 'failed', reversed: 0, moved: [] })
    }),
    { numRuns: 20 },
  )
})

test('one that arrived has moved its amount once', async () => {
  const end = {
    status: 'settled',
    reversed: 0,
    moved: [
      { account: 'gateway', paise: -44_910 },
      { account: 'payable', paise: 44_910 },
    ],
  }
  await fc.assert(
    fc.asyncProperty(inAnyOrder(arrives.slice(0, 2)), async (events) => {
      expect(await tell(events)).toEqual(end)
    }),
    { numRuns: 20 },
  )
})
