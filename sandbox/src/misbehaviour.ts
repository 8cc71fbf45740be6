/** Everything that goes wrong at Razorpay sooner or later, on demand. Nothing goes wrong unless it was asked for. */
import { z } from 'zod'

/** Calls of the API by name; `any` is each of them. */
const callNames = [
  'order.create',
  'order.get',
  'order.payments',
  'payment.get',
  'payment.list',
  'payment.capture',
  'payment.refund',
  'payment.transfer',
  'refund.get',
  'refund.list',
  'transfer.get',
  'transfer.list',
  'transfer.hold',
  'transfer.reverse',
  'account.create',
  'account.get',
  'dispute.list',
] as const
export type CallName = (typeof callNames)[number]

/**
 * `error`: 500, nothing was done. `error-after`: done, and 500. `lost`: done, and the connection ends without an answer.
 * `silent`: done, and no answer ever comes. `conflict`: 409, as while the same request is still in progress.
 */
const fault = z.strictObject({
  call: z.enum([...callNames, 'any']),
  what: z.enum(['error', 'error-after', 'lost', 'silent', 'conflict']),
  times: z.number().int().min(1).max(10_000).default(1),
})
export type Fault = z.output<typeof fault>['what']

export const misbehaviour = z.strictObject({
  webhooks: z
    .strictObject({
      /** How often each event is delivered. */
      copies: z.number().int().min(1).max(10).default(1),
      delayMs: z.number().int().min(0).max(3_600_000).default(0),
      /** Up to so many milliseconds more, at random: events overtake each other. */
      scatterMs: z.number().int().min(0).max(60_000).default(0),
      /** Kept back until POST /control/webhooks/release. */
      hold: z.boolean().default(false),
      /** These never arrive; `*` is all of them. */
      lose: z.array(z.string().max(60)).max(30).default([]),
      /** Signed with the secret of before the last rotation. */
      oldSecret: z.boolean().default(false),
    })
    .prefault({}),
  faults: z.array(fault).max(50).default([]),
  /** manual: payments stay authorised until they are captured over the API. */
  capture: z.enum(['automatic', 'manual']).default('automatic'),
  /** pending: they end when POST /control/refunds/:id or /control/transfers/:id says how. */
  refunds: z.enum(['processed', 'pending']).default('processed'),
  transfers: z.enum(['processed', 'pending']).default('processed'),
})
export type Misbehaviour = z.output<typeof misbehaviour>
export type MisbehaviourWish = z.input<typeof misbehaviour>

export class Behaviour {
  #now: Misbehaviour

  constructor(wish: MisbehaviourWish = {}) {
    this.#now = misbehaviour.parse(wish)
  }

  get now(): Misbehaviour {
    return this.#now
  }

  set(wish: Misbehaviour): void {
    this.#now = wish
  }

  /** The fault that this call meets, which is then one fewer. */
  take(call: CallName): Fault | undefined {
    const found = this.#now.faults.find((one) => one.times > 0 && (one.call === call || one.call === 'any'))
    if (found) found.times -= 1
    return found?.what
  }
}
