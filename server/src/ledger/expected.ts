/**
 * What the books must hold, worked out anew from payments, refunds, disputes, payouts and purchases. Each claim gives
 * (account, payment_id, paise) and says in SQL what movements.ts posts; a new movement gets its lines here too.
 */
import { sql, type RawBuilder } from 'kysely'

/** A payment with its home: the mentor's once its purchase was paid with it. */
const homes = sql`homes as (
  select payment.id, payment.captured_paise, payment.fee_paise,
    case when purchase.paid_at is not null and not payment.surplus
      then 'held:' || purchase.mentor_id else 'unallocated' end as home
  from payment join purchase on purchase.id = payment.purchase_id)`

const paid = sql`from homes where captured_paise > 0`
const refunds = sql`from refund join homes on homes.id = refund.payment_id where refund.status <> 'void'`
const disputes = sql`from dispute join homes on homes.id = dispute.payment_id
  where dispute.status in ('open', 'under_review', 'lost')`
const payouts = sql`from payout where payout.status in ('due', 'sent', 'settled', 'failed')`
const transferred = sql`from payout where payout.transfer_id is not null and payout.status in ('sent', 'settled')`

const claims: RawBuilder<unknown>[] = [
  // Captured; what Razorpay keeps of it.
  sql`select 'gateway', id, captured_paise - fee_paise ${paid}`,
  sql`select 'gateway-fees', id, fee_paise ${paid}`,
  sql`select home, id, -captured_paise ${paid}`,
  // Refunds: decided, and done.
  sql`select home, homes.id, amount_paise ${refunds}`,
  sql`select case refund.status when 'done' then 'gateway' else 'refunds-due' end, homes.id, -amount_paise ${refunds}`,
  // Disputes: set aside, or lost.
  sql`select home, homes.id, amount_paise ${disputes}`,
  sql`select case dispute.status when 'lost' then 'gateway' else 'disputed' end, homes.id, -amount_paise ${disputes}`,
  // A session was given: the mentor's part and the platform's, less what went back to the payer after all. Transferred.
  sql`select 'held:' || mentor_id, payment_id, gross_paise - taken_back_paise ${payouts}`,
  sql`select 'payable:' || mentor_id, payment_id, taken_back_paise - fee_back_paise - amount_paise ${payouts}`,
  sql`select 'fees', payment_id, fee_back_paise - fee_paise ${payouts}`,
  sql`select 'payable:' || mentor_id, payment_id, amount_paise - withheld_paise - reversed_paise ${transferred}`,
  sql`select 'gateway', payment_id, withheld_paise + reversed_paise - amount_paise ${transferred}`,
]

/** Where the books and the claims differ, by account and payment. */
export const booksThatDiffer = sql<{ account: string; paymentId: string; ledger: string; expected: string }>`
  with ${homes}, claim (account, payment_id, paise) as (${sql.join(claims, sql` union all `)}),
  expected as (select account, payment_id::text as payment, sum(paise) as paise from claim group by 1, 2),
  actual as (
    select line.account, coalesce(entry.payment_id::text, '-') as payment, sum(line.amount_paise) as paise
    from ledger_line line left join ledger_entry entry on entry.id = line.entry_id group by 1, 2)
  select account, payment as "paymentId", coalesce(actual.paise, 0)::text as ledger,
    coalesce(expected.paise, 0)::text as expected
  from expected full join actual using (account, payment)
  where coalesce(actual.paise, 0) <> coalesce(expected.paise, 0)
  order by 2, 1`

/** Rules between tables: each gives what breaks it and by how many paise. */
const broken: Record<string, RawBuilder<unknown>> = {
  'an entry does not balance': sql`select 'entry:' || entry.id, abs(coalesce(sum(line.amount_paise), 0)) + (count(line.*) = 0)::int
    from ledger_entry entry left join ledger_line line on line.entry_id = entry.id
    group by entry.id having coalesce(sum(line.amount_paise), 1) <> 0`,
  'a payment’s refunds are not what it counts': sql`select 'payment:' || payment.id, abs(refunded_paise - coalesce(sum(refund.amount_paise), 0))
    from payment left join refund on refund.payment_id = payment.id and refund.status <> 'void'
    group by payment.id having refunded_paise <> coalesce(sum(refund.amount_paise), 0)`,
  'a purchase was paid without a payment': sql`select 'purchase:' || purchase.id, purchase.amount_paise
    from purchase left join payment on payment.purchase_id = purchase.id and not payment.surplus
    where purchase.paid_at is not null and purchase.amount_paise > 0
      and purchase.amount_paise <> coalesce(payment.captured_paise, 0)`,
  'seats are said to be worth more than was paid for them': sql`select 'purchase:' || purchase.id, sum(booking.paid_paise) - purchase.amount_paise
    from purchase join booking on booking.purchase_id = purchase.id and booking.pack_id is null
    group by purchase.id having sum(booking.paid_paise) > purchase.amount_paise`,
  'money was kept without a purchase': sql`select 'payment:' || payment.id, payment.captured_paise - payment.refunded_paise
    from payment join purchase on purchase.id = payment.purchase_id
    where (payment.surplus or purchase.paid_at is null) and payment.captured_paise > payment.refunded_paise`,
  'more went to a mentor than was paid': sql`select 'payment:' || payment.id, sum(gross_paise - taken_back_paise) - captured_paise
    from payment join payout on payout.payment_id = payment.id and payout.status <> 'void'
    group by payment.id having sum(gross_paise - taken_back_paise) > captured_paise`,
  'a payout was transferred without Razorpay’s id': sql`select 'payout:' || id, amount_paise - withheld_paise
    from payout where status = 'settled' and transfer_id is null and amount_paise > withheld_paise`,
  'a refund was done without Razorpay’s id': sql`select 'refund:' || id, amount_paise
    from refund where status = 'done' and gateway_id is null`,
}

export const brokenRules = sql<{ rule: string; subject: string; paise: string }>`
  ${sql.join(
    Object.entries(broken).map(
      ([rule, query]) => sql`select ${sql.lit(rule)} as rule, found.subject, found.paise::text as paise
        from (${query}) found (subject, paise)`,
    ),
    sql` union all `,
  )}`
