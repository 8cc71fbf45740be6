/** Razorpay as the product uses it: four calls, limited in time, their answers checked. */
import { AppError } from '@peerlearn/contract/errors'
import type { Logger } from 'pino'
import Razorpay from 'razorpay'
import { z } from 'zod'

const timeoutMs = 10_000

/** What Razorpay says of a payment. */
export const paymentEntity = z
  .object({
    id: z.string().max(64),
    order_id: z.string().max(64),
    amount: z.number().int(),
    currency: z.literal('INR'),
    status: z.enum(['created', 'authorized', 'captured', 'refunded', 'failed']),
  })
  .transform(({ id, order_id, amount, status }) => ({
    paymentId: id,
    orderId: order_id,
    amountPaise: amount,
    status,
  }))
export type PaymentFact = z.output<typeof paymentEntity>

const orderEntity = z.object({ id: z.string().max(64) })

export interface Gateway {
  /** @returns the order's id. `receipt` is ours, 40 characters at most */
  createOrder(order: { amountPaise: number; receipt: string }): Promise<string>
  getPayment(paymentId: string): Promise<PaymentFact>
  capture(payment: PaymentFact): Promise<PaymentFact>
  /** Gives all of it back. The same key never refunds twice. */
  refund(paymentId: string, amountPaise: number, key: string): Promise<void>
}

interface Settings {
  keyId: string
  keySecret: string
  /** Another base address than Razorpay's own: the sandbox. */
  apiUrl?: string | undefined
  log: Logger
}

/** What the package keeps its requests in: an axios instance, which its types leave out. */
interface Requests {
  defaults: { baseURL: string; timeout: number }
  post(url: string, body: unknown, options: { headers: Record<string, string> }): Promise<unknown>
}

/** Every call fails with AppError `payment-unavailable`; the reason goes to the log. */
export function createGateway({ keyId, keySecret, apiUrl, log }: Settings): Gateway {
  const razorpay = new Razorpay({ key_id: keyId, key_secret: keySecret })
  const { rq } = (razorpay as unknown as { api: { rq: Requests } }).api // see Requests
  rq.defaults.timeout = timeoutMs
  if (apiUrl) rq.defaults.baseURL = apiUrl

  const call = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask()
    } catch (error) {
      log.warn({ what, reason: reason(error) }, 'razorpay failed')
      throw new AppError('payment-unavailable', 'Payments can’t be reached just now. Please try again.')
    }
  }
  return {
    createOrder: ({ amountPaise, receipt }) =>
      call('create order', async () => {
        const order = { amount: amountPaise, currency: 'INR', receipt }
        return orderEntity.parse(await razorpay.orders.create(order)).id
      }),
    getPayment: (paymentId) =>
      call('fetch payment', async () => paymentEntity.parse(await razorpay.payments.fetch(paymentId))),
    capture: ({ paymentId, amountPaise }) =>
      call('capture', async () =>
        paymentEntity.parse(await razorpay.payments.capture(paymentId, amountPaise, 'INR')),
      ),
    refund: (paymentId, amountPaise, key) =>
      call('refund', async () => {
        // The package has no way to send this header, without which a retry would pay twice.
        const headers = { 'X-Refund-Idempotency': key }
        await rq.post(`/v1/payments/${paymentId}/refund`, { amount: amountPaise }, { headers })
      }),
  }
}

/** Razorpay's own words or the network's; never the request, which carries the key. */
function reason(error: unknown): string {
  const refused = z
    .object({ statusCode: z.number(), error: z.object({ description: z.string() }) })
    .safeParse(error)
  if (refused.success) return `${refused.data.statusCode} ${refused.data.error.description}`
  return error instanceof Error ? error.message : 'no answer'
}
