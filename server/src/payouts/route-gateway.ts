/** Razorpay Route as the product uses it: parts of payments go to mentors' linked accounts. */
import { z } from 'zod'
import { collection, transferEntity, type TransferFact } from '../payments/entities.ts'
import { pages, refusalOf, type RazorpayLink } from '../payments/gateway.ts'

export interface TransferAsk {
  /** Razorpay's id of the payment. */
  paymentId: string
  accountId: string
  amountPaise: number
  /** Ours, by which it is found again: Razorpay knows no key for transfers. */
  notes: Record<string, string>
}

export type TransferAnswer = { kind: 'taken'; fact: TransferFact } | { kind: 'refused'; reason: string }

/** Every call fails with AppError `payment-unavailable`: then nobody knows whether it was done. */
export interface RouteGateway {
  transfer(ask: TransferAsk): Promise<TransferAnswer>
  getTransfer(transferId: string): Promise<TransferFact>
  findTransfersOf(paymentId: string): Promise<TransferFact[]>
  isAccount(accountId: string): Promise<boolean>
}

/** Of what was certainly not done. 401 and 429 are about us and pass, and so does everything of 500 and above. */
const isRefusal = (status: number | undefined) => status === 400 || status === 404 || status === 422

export function createRouteGateway({ razorpay, call }: RazorpayLink): RouteGateway {
  return {
    transfer: ({ paymentId, accountId, amountPaise, notes }) =>
      call('transfer', async (): Promise<TransferAnswer> => {
        const part = { account: accountId, amount: amountPaise, currency: 'INR', notes, on_hold: false }
        try {
          const made = collection.parse(await razorpay.payments.transfer(paymentId, { transfers: [part] }))
          return { kind: 'taken', fact: transferEntity.parse(made.items[0]) }
        } catch (error) {
          const { status, reason } = refusalOf(error)
          if (!isRefusal(status)) throw error
          return { kind: 'refused', reason }
        }
      }),
    getTransfer: (transferId) =>
      call('fetch transfer', async () => transferEntity.parse(await razorpay.transfers.fetch(transferId))),
    async findTransfersOf(paymentId) {
      const found: TransferFact[] = []
      // A word that the package knows, and its types do not.
      const of = { payment_id: paymentId }
      const ask = (page: { count: number; skip: number }) =>
        call('fetch transfers of payment', () => razorpay.transfers.all({ ...of, ...page }))
      for await (const fact of pages(transferEntity, ask)) found.push(fact)
      return found
    },
    isAccount: (accountId) =>
      call('fetch account', async () => {
        try {
          return z.object({ id: z.literal(accountId) }).safeParse(await razorpay.accounts.fetch(accountId))
            .success
        } catch (error) {
          if (!isRefusal(refusalOf(error).status)) throw error
          return false
        }
      }),
  }
}
