/** Razorpay as the product uses it: calls that are limited in time and whose answers are checked. */
import { AppError } from '@peerlearn/contract/errors'
import type { Logger } from 'pino'
import Razorpay from 'razorpay'
import { z } from 'zod'
import {
  collection,
  orderEntity,
  paymentEntity,
  refundEntity,
  transferEntity,
  type PaymentFact,
  type RefundFact,
  type TransferFact,
} from './entities.ts'

const timeoutMs = 10_000
/** Razorpay's most. */
const pageSize = 100

/** Seconds since 1970; both ends belong to it. */
export interface Window {
  from: number
  to: number
}

export interface RefundAsk {
  /** Razorpay's id of the payment. */
  paymentId: string
  amountPaise: number
  /** The same key with the same ask never refunds twice. */
  key: string
  /** Ours, to know it again in events and lists. */
  notes: Record<string, string>
}

/** `in-progress`: the same ask is being worked on; ask again later. `refused`: asking again changes nothing. */
export type RefundAnswer =
  { kind: 'taken'; fact: RefundFact } | { kind: 'in-progress' } | { kind: 'refused'; reason: string }

/** Every call fails with AppError `payment-unavailable`; the reason goes to the log. */
export interface Gateway {
  /** @returns the order's id. `receipt` is ours, 40 characters at most */
  createOrder(order: { amountPaise: number; receipt: string }): Promise<string>
  getPayment(paymentId: string): Promise<PaymentFact>
  findPaymentsOf(orderId: string): Promise<PaymentFact[]>
  capture(payment: { paymentId: string; amountPaise: number }): Promise<PaymentFact>
  refund(ask: RefundAsk): Promise<RefundAnswer>
  getRefund(refundId: string): Promise<RefundFact>
  findRefundsOf(paymentId: string): Promise<RefundFact[]>
  /** Everything that was made in this time, page by page. */
  listPayments(window: Window): AsyncGenerator<PaymentFact>
  listRefunds(window: Window): AsyncGenerator<RefundFact>
  listTransfers(window: Window): AsyncGenerator<TransferFact>
}

export interface GatewaySettings {
  keyId: string
  keySecret: string
  /** Another base address than Razorpay's own: the sandbox. */
  apiUrl?: string | undefined
  log: Logger
}

/** What the package keeps its requests in: an axios instance, which its types leave out. */
interface Requests {
  defaults: { baseURL: string; timeout: number }
  post(url: string, body: unknown, options: { headers: Record<string, string> }): Promise<{ data: unknown }>
}

/** A connection to Razorpay for this feature and the next: the package, its bare requests, and how calls fail. */
export function connectRazorpay({ keyId, keySecret, apiUrl, log }: GatewaySettings) {
  const razorpay = new Razorpay({ key_id: keyId, key_secret: keySecret })
  const { rq } = (razorpay as unknown as { api: { rq: Requests } }).api // see Requests
  rq.defaults.timeout = timeoutMs
  if (apiUrl) rq.defaults.baseURL = apiUrl
  const call = async <T>(what: string, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask()
    } catch (error) {
      log.warn({ what, reason: refusalOf(error).reason }, 'razorpay failed')
      throw unavailable()
    }
  }
  return { razorpay, rq, call }
}
export type RazorpayLink = ReturnType<typeof connectRazorpay>

const unavailable = () =>
  new AppError('payment-unavailable', 'Payments can’t be reached just now. Please try again.')

export function createGateway({ razorpay, rq, call }: RazorpayLink): Gateway {
  return {
    createOrder: ({ amountPaise, receipt }) =>
      call('create order', async () => {
        const order = { amount: amountPaise, currency: 'INR', receipt }
        return orderEntity.parse(await razorpay.orders.create(order)).id
      }),
    getPayment: (paymentId) =>
      call('fetch payment', async () => paymentEntity.parse(await razorpay.payments.fetch(paymentId))),
    findPaymentsOf: (orderId) =>
      call('fetch payments of order', async () => {
        const { items } = collection.parse(await razorpay.orders.fetchPayments(orderId))
        return items.map((item) => paymentEntity.parse(item))
      }),
    capture: ({ paymentId, amountPaise }) =>
      call('capture', async () =>
        paymentEntity.parse(await razorpay.payments.capture(paymentId, amountPaise, 'INR')),
      ),
    refund: ({ paymentId, amountPaise, key, notes }) =>
      call('refund', async (): Promise<RefundAnswer> => {
        // The package has no way to send this header, without which a retry would pay twice.
        const headers = { 'X-Refund-Idempotency': key }
        const body = { amount: amountPaise, notes }
        try {
          const { data } = await rq.post(`/v1/payments/${paymentId}/refund`, body, { headers })
          return { kind: 'taken', fact: refundEntity.parse(data) }
        } catch (error) {
          return refundRefusal(error)
        }
      }),
    getRefund: (refundId) =>
      call('fetch refund', async () => refundEntity.parse(await razorpay.refunds.fetch(refundId))),
    findRefundsOf: (paymentId) =>
      call('fetch refunds of payment', async () => {
        const asked = razorpay.payments.fetchMultipleRefund(paymentId, { count: pageSize })
        return collection.parse(await asked).items.map((item) => refundEntity.parse(item))
      }),
    listPayments: (window) =>
      pages(paymentEntity, (page) =>
        call('list payments', () => razorpay.payments.all({ ...window, ...page })),
      ),
    listRefunds: (window) =>
      pages(refundEntity, (page) => call('list refunds', () => razorpay.refunds.all({ ...window, ...page }))),
    listTransfers: (window) =>
      pages(transferEntity, (page) =>
        call('list transfers', () => razorpay.transfers.all({ ...window, ...page })),
      ),
  }
}

/** Item by item; what does not look like one is passed over. */
export async function* pages<S extends z.ZodType>(
  entity: S,
  ask: (page: { count: number; skip: number }) => Promise<unknown>,
): AsyncGenerator<z.output<S>> {
  for (let skip = 0; ; skip += pageSize) {
    const { items } = collection.parse(await ask({ count: pageSize, skip }))
    for (const item of items) {
      const parsed = entity.safeParse(item)
      if (parsed.success) yield parsed.data
    }
    if (items.length < pageSize) return
  }
}

/** Of what was certainly not done. @throws the error itself when nobody knows */
function refundRefusal(error: unknown): RefundAnswer {
  const { status, reason } = refusalOf(error)
  if (status === 409) return { kind: 'in-progress' }
  // 401 and 429 are about us and pass; so does everything of 500 and above.
  if (status === 400 || status === 404 || status === 422) return { kind: 'refused', reason }
  throw error
}

const refused = z.object({ statusCode: z.number(), error: z.object({ description: z.string() }) })
const bare = z.object({
  response: z.object({
    status: z.number(),
    data: z.object({ error: z.object({ description: z.string() }) }),
  }),
})

/** Razorpay's own words or the network's; never the request, which carries the key. */
export function refusalOf(error: unknown): { status?: number; reason: string } {
  const byPackage = refused.safeParse(error).data
  if (byPackage) return { status: byPackage.statusCode, reason: byPackage.error.description }
  const answer = bare.safeParse(error).data?.response
  if (answer) return { status: answer.status, reason: answer.data.error.description }
  return { reason: error instanceof Error ? error.message : 'no answer' }
}
