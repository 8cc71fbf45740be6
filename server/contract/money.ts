/** The platform's money as an admin sees it: balances, what needs a look, and what may be done about it. */
import { z } from 'zod'
import { id, instant, nothing, sumPaise, text } from './base.ts'
import { refund } from './payments.ts'
import { sum } from './payouts.ts'
import { route } from './route.ts'

export const balanceKind = z.enum([
  'gateway',
  'unallocated',
  'held',
  'payable',
  'fees',
  'refunds-due',
  'disputed',
  'gateway-fees',
])
export type BalanceKind = z.infer<typeof balanceKind>

/** `failure` says why a payout waits or failed. */
export const openPayout = z
  .strictObject({
    id,
    mentorId: id,
    mentorName: z.string(),
    /** Of the session or the pack. */
    title: z.string(),
    amountPaise: sumPaise,
    status: z.enum(['due', 'sent', 'settled', 'failed']),
    failure: z.string().nullable(),
    attempts: z.number().int(),
    createdAt: instant,
  })
  .meta({ id: 'OpenPayout' })
export type OpenPayout = z.infer<typeof openPayout>

export const openDispute = z
  .strictObject({
    id,
    /** Razorpay's. */
    gatewayId: z.string(),
    payerName: z.string(),
    title: z.string(),
    amountPaise: sumPaise,
    status: z.enum(['open', 'under_review']),
    reason: z.string(),
    respondBy: instant.nullable(),
  })
  .meta({ id: 'OpenDispute' })
export type OpenDispute = z.infer<typeof openDispute>

export const reconciliation = z
  .strictObject({
    at: instant,
    unexplainedPaise: sum,
    /** The first twenty. */
    differences: z.array(z.strictObject({ what: z.string(), subject: z.string(), paise: sum })),
  })
  .meta({ id: 'Reconciliation' })
export type Reconciliation = z.infer<typeof reconciliation>

export const moneyView = z
  .strictObject({
    /** Debits less credits. gateway: what Razorpay holds; the others say whose it is, and are negative then. */
    balances: z.array(z.strictObject({ kind: balanceKind, paise: sum })),
    disputes: z.array(openDispute),
    /** Failed ones and those that wait, oldest first. */
    payouts: z.array(openPayout),
    refunds: z.array(refund),
    /** The newest fourteen. */
    reconciliations: z.array(reconciliation),
  })
  .meta({ id: 'MoneyView' })
export type MoneyView = z.infer<typeof moneyView>

/** A payment that has money, with what may still be given back. */
export const takenPayment = z
  .strictObject({
    id,
    payerName: z.string(),
    payerEmail: z.string(),
    mentorName: z.string(),
    title: z.string(),
    capturedPaise: sumPaise,
    refundedPaise: sumPaise,
    leftPaise: sumPaise,
    disputed: z.boolean(),
    surplus: z.boolean(),
    /** Razorpay's. */
    gatewayId: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'TakenPayment' })
export type TakenPayment = z.infer<typeof takenPayment>

export const mentorTerms = z
  .strictObject({
    mentorId: id,
    name: z.string(),
    /** null: what the platform asks of everybody. */
    feeBasisPoints: z.number().int().min(0).max(10_000).nullable(),
    linkedAccountId: z.string().nullable(),
    /** What waits to be sent. */
    waitingPaise: sum,
    /** What went back to payers after it was paid out, and was not kept from later payouts yet. */
    owedPaise: sum,
  })
  .meta({ id: 'MentorTerms' })
export type MentorTerms = z.infer<typeof mentorTerms>

const search = text(1, 100)

export const moneyRoutes = {
  view: route({
    method: 'get',
    path: '/api/admin/money',
    access: 'admin',
    limit: 'sessions',
    summary: 'Balances, disputes, payouts and refunds that need a look, and the last reconciliations',
    response: moneyView,
  }),
  payments: route({
    method: 'get',
    path: '/api/admin/money/payments',
    access: 'admin',
    limit: 'sessions',
    summary:
      'The newest fifty payments that were taken; by a payer’s name or email, a title, or an id of ours or Razorpay’s',
    query: z.strictObject({ search: search.optional() }),
    response: z.strictObject({ items: z.array(takenPayment) }),
  }),
  mentors: route({
    method: 'get',
    path: '/api/admin/money/mentors',
    access: 'admin',
    limit: 'sessions',
    summary: 'What is agreed with mentors: those whose money waits first, a hundred at most',
    query: z.strictObject({ search: search.optional() }),
    response: z.strictObject({ defaultBasisPoints: z.number().int(), items: z.array(mentorTerms) }),
  }),
  setTerms: route({
    method: 'put',
    path: '/api/admin/mentors/:id/terms',
    access: 'refund',
    limit: 'payments',
    summary: 'A mentor’s fee and the account that is paid; what waited for the account is sent',
    params: z.strictObject({ id }),
    body: z.strictObject({
      feeBasisPoints: z.number().int().min(0).max(10_000).nullable(),
      linkedAccountId: z
        .string()
        .trim()
        .regex(/^acc_[A-Za-z0-9]{6,40}$/, 'A linked account looks like acc_Kd82hfT5a1.')
        .nullable(),
    }),
    response: mentorTerms,
  }),
  retryPayout: route({
    method: 'post',
    path: '/api/admin/payouts/:id/retry',
    access: 'refund',
    limit: 'payments',
    summary: 'Begin a failed payout anew, or try one that waits now',
    params: z.strictObject({ id }),
    body: nothing,
    response: openPayout,
  }),
}
