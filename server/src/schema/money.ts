/** Money: what was paid, given back, paid out, and the books of it. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { At, MaybeAt } from './columns.ts'

export interface MoneyTables {
  payment: {
    id: string
    /** Of the version before; `purchase_id` counts. */
    booking_id: string | null
    purchase_id: string
    account_id: string
    order_id: string
    /** A second payment on an order that was paid: it goes back. */
    surplus: Generated<boolean>
    captured_paise: Generated<number>
    refunded_paise: Generated<number>
    /** What Razorpay keeps of it, its tax included. */
    fee_paise: Generated<number>
    method: string | null
    checked_at: MaybeAt
    payment_id: string | null
    amount_paise: number
    status: 'created' | 'authorized' | 'captured' | 'failed' | 'refunded'
    created_at: At
    updated_at: At
  }
  webhook_event: { id: string; kind: string; received_at: At }
  refund: {
    id: string
    payment_id: string
    booking_id: string | null
    amount_paise: number
    reason: string
    key: string
    status: Generated<'waiting' | 'sent' | 'done' | 'failed' | 'void'>
    gateway_id: string | null
    requested_by: string | null
    attempts: Generated<number>
    restarts: Generated<number>
    failure: string | null
    created_at: At
    updated_at: At
  }
  dispute: {
    id: string
    payment_id: string
    gateway_id: string
    amount_paise: number
    status: 'open' | 'under_review' | 'won' | 'lost' | 'closed'
    reason: Generated<string>
    respond_by: MaybeAt
    created_at: At
    updated_at: At
  }
  mentor_terms: {
    mentor_id: string
    /** null: what the platform asks of everybody. */
    fee_basis_points: number | null
    linked_account_id: string | null
    legal_name: Generated<string>
    address: Generated<string>
    /** Stands in the numbers of this mentor's documents. */
    document_code: number | null
    gstin: string | null
    updated_at: At
  }
  payout: {
    id: string
    mentor_id: string
    /** null: what was left of a pack when it expired. */
    session_id: string | null
    payment_id: string
    gross_paise: number
    fee_paise: number
    amount_paise: number
    /** Went back to the payer after all: of gross, and of the fee. */
    taken_back_paise: Generated<number>
    fee_back_paise: Generated<number>
    /** What the mentor owed from such: not transferred. */
    withheld_paise: Generated<number>
    /** What Razorpay fetched back from the mentor's account. */
    reversed_paise: Generated<number>
    status: Generated<'held' | 'due' | 'sent' | 'settled' | 'failed' | 'void'>
    transfer_id: string | null
    attempts: Generated<number>
    restarts: Generated<number>
    claimed_until: MaybeAt
    failure: string | null
    created_at: At
    updated_at: At
  }
  ledger_entry: {
    id: string
    key: string
    kind: string
    payment_id: string | null
    refund_id: string | null
    payout_id: string | null
    session_id: string | null
    at: At
  }
  ledger_line: { entry_id: string; account: string; amount_paise: ColumnType<string, number, never> }
  document_counter: { series: string; last: number }
  document: {
    id: string
    kind: 'receipt' | 'invoice' | 'credit-note'
    series: string
    seq: number
    number: string
    account_id: string
    payment_id: string
    refund_id: string | null
    data: JSONColumnType<Record<string, unknown>>
    issued_at: At
  }
  reconciliation: {
    id: string
    day: ColumnType<Date, string, never>
    unexplained_paise: ColumnType<string, number, never>
    report: JSONColumnType<Record<string, unknown>>
    created_at: At
  }
}
