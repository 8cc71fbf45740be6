/** What the sandbox keeps, with Razorpay's states and field names. @see https://razorpay.com/docs/api/ */
import { randomBytes } from 'node:crypto'

export interface Order {
  id: string
  entity: 'order'
  amount: number
  amount_paid: number
  amount_due: number
  currency: 'INR'
  receipt: string | null
  status: 'created' | 'attempted' | 'paid'
  attempts: number
  created_at: number
}

export interface Payment {
  id: string
  entity: 'payment'
  amount: number
  currency: 'INR'
  status: 'created' | 'authorized' | 'captured' | 'refunded' | 'failed'
  order_id: string
  method: 'upi'
  captured: boolean
  amount_refunded: number
  amount_transferred: number
  /** What Razorpay keeps, its tax included; known once it is captured. */
  fee: number | null
  tax: number | null
  error_description: string | null
  created_at: number
}

export interface Refund {
  id: string
  entity: 'refund'
  amount: number
  currency: 'INR'
  payment_id: string
  receipt: string | null
  notes: Record<string, string>
  status: 'pending' | 'processed' | 'failed'
  created_at: number
}

export interface Transfer {
  id: string
  entity: 'transfer'
  /** The payment that it is a part of. */
  source: string
  /** The linked account. */
  recipient: string
  amount: number
  currency: 'INR'
  amount_reversed: number
  fees: number
  tax: number
  on_hold: boolean
  on_hold_until: number | null
  notes: Record<string, string>
  status: 'pending' | 'processed' | 'failed' | 'reversed' | 'partially_reversed'
  settlement_status: 'pending' | 'on_hold' | null
  error: { code: string | null; description: string | null }
  created_at: number
  processed_at: number | null
}

export interface Reversal {
  id: string
  entity: 'reversal'
  transfer_id: string
  amount: number
  currency: 'INR'
  created_at: number
}

export interface LinkedAccount {
  id: string
  entity: 'account'
  type: 'route'
  status: 'created' | 'suspended'
  email: string
  phone: string
  legal_business_name: string
  business_type: string
  reference_id: string | null
  created_at: number
}

export interface Dispute {
  id: string
  entity: 'dispute'
  payment_id: string
  amount: number
  currency: 'INR'
  /** 0 until it is lost. */
  amount_deducted: number
  reason_code: string
  respond_by: number
  status: 'open' | 'under_review' | 'won' | 'lost' | 'closed'
  phase: 'chargeback'
  created_at: number
}

/** A request that Razorpay would refuse: with 400, unless another status is given. */
export class Refused extends Error {
  readonly status: number
  constructor(description: string, status = 400) {
    super(description)
    this.status = status
  }
}

export function refuse(description: string, status?: number): never {
  throw new Refused(description, status)
}

export const seconds = () => Math.floor(Date.now() / 1000)
export const newId = (kind: string) => `${kind}_${randomBytes(7).toString('hex')}`

/** A kind of thing by id, in the order in which they were made. */
export class Shelf<T extends { id: string; created_at: number }> {
  readonly #all = new Map<string, T>()

  add(one: T): T {
    this.#all.set(one.id, one)
    return one
  }

  get(id: string): T {
    return this.#all.get(id) ?? refuse('The id provided does not exist')
  }

  all(which: (one: T) => boolean = () => true): T[] {
    return [...this.#all.values()].filter(which)
  }
}
