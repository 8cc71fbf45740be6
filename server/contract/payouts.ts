/** A mentor's money: what was earned, what is held until a session was given, what is on its way, what arrived. */
import { z } from 'zod'
import { id, instant, text } from './base.ts'
import { route } from './route.ts'

/** Of many payments together; negative where somebody owes. */
export const sum = z.number().int()

/**
 * held: until the session was given. waiting: ready, and cannot be sent yet. sent: on its way. failed: an admin looks at
 * it. paid: in the mentor's account. none: nothing is left of it.
 */
export const earningState = z.enum(['held', 'waiting', 'sent', 'failed', 'paid', 'none'])

/** One session, or what was left of packs when they expired. */
export const earning = z
  .strictObject({
    /** null: a pack. */
    sessionId: id.nullable(),
    title: z.string(),
    /** When the session begins or began; when the pack expired. */
    at: instant,
    state: earningState,
    /** What learners paid and did not get back. */
    grossPaise: sum,
    /** What the platform keeps of it. */
    feePaise: sum,
    /** The mentor's part. */
    amountPaise: sum,
    /** Of that part, what was kept for earlier money that went back to its payer after it was paid out. */
    withheldPaise: sum,
    /** Why it waits or failed, for a person. */
    note: z.string().nullable(),
  })
  .meta({ id: 'Earning' })
export type Earning = z.infer<typeof earning>

export const earnings = z
  .strictObject({
    feeBasisPoints: z.number().int(),
    /** Is there an account to send money to? */
    payable: z.boolean(),
    totals: z.strictObject({
      /** The mentor's part of all sessions that were given. */
      earnedPaise: sum,
      /** Paid by learners for sessions to come and packs not used yet, the platform's fee included. */
      heldPaise: sum,
      onTheWayPaise: sum,
      paidPaise: sum,
      /** Went back to payers after it was paid out: kept from the next payouts. */
      owedPaise: sum,
    }),
    /** The newest hundred. */
    items: z.array(earning),
  })
  .meta({ id: 'Earnings' })
export type Earnings = z.infer<typeof earnings>

/** India's number of a business registered for GST. */
export const gstin = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]Z[0-9A-Z]$/, 'A GSTIN looks like 29ABCDE1234F1Z5.')

/** What stands on receipts and invoices as the supplier. */
export const supplierTerms = z.strictObject({
  /** Empty: the name of the account. */
  legalName: text(0, 120),
  address: text(0, 400),
  /** null: not registered, so receipts and no tax invoices are issued. */
  gstin: gstin.nullable(),
})
export type SupplierTerms = z.infer<typeof supplierTerms>

export const payoutRoutes = {
  mine: route({
    method: 'get',
    path: '/api/payouts',
    access: 'mentor',
    limit: 'sessions',
    summary: 'What I earned, what is held, on its way and paid, by session',
    response: earnings,
  }),
  terms: route({
    method: 'get',
    path: '/api/payouts/terms',
    access: 'mentor',
    limit: 'sessions',
    summary: 'What stands on the receipts and invoices of my sessions',
    response: supplierTerms,
  }),
  setTerms: route({
    method: 'put',
    path: '/api/payouts/terms',
    access: 'mentor',
    limit: 'payments',
    summary: 'Change what stands on receipts and invoices from now on',
    body: supplierTerms,
    response: supplierTerms,
  }),
}
