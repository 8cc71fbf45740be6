/** Razorpay Route: linked accounts, and parts of payments transferred to them. @see https://razorpay.com/docs/api/payments/route/ */
import {
  newId,
  refuse,
  seconds,
  Shelf,
  type LinkedAccount,
  type Reversal,
  type Transfer,
} from './entities.ts'
import type { Ledger } from './ledger.ts'

export interface TransferWish {
  account: string
  amount: number
  notes?: Record<string, string> | undefined
  on_hold?: boolean | undefined
  on_hold_until?: number | undefined
}

export type AccountWish = Pick<
  LinkedAccount,
  'email' | 'phone' | 'legal_business_name' | 'business_type' | 'reference_id'
>

export type Route = ReturnType<typeof createRoute>

export function createRoute(ledger: Ledger) {
  const accounts = new Shelf<LinkedAccount>()
  const transfers = new Shelf<Transfer>()
  const reversals = new Shelf<Reversal>()

  /** Failed and reversed parts count no more. */
  const transferred = (paymentId: string) =>
    transfers
      .all(({ source, status }) => source === paymentId && status !== 'failed')
      .reduce((sum, { amount, amount_reversed }) => sum + amount - amount_reversed, 0)
  const keepSum = (paymentId: string) =>
    void (ledger.payments.get(paymentId).amount_transferred = transferred(paymentId))

  const hold = (transfer: Transfer, onHold: boolean, until: number | undefined): Transfer =>
    Object.assign(transfer, {
      on_hold: onHold,
      on_hold_until: onHold ? (until ?? null) : null,
      settlement_status: onHold ? ('on_hold' as const) : ('pending' as const),
    })

  return {
    accounts,
    transfers,
    reversals,
    createAccount: (wish: AccountWish): LinkedAccount =>
      accounts.add({
        id: newId('acc'),
        entity: 'account',
        type: 'route',
        status: 'created',
        ...wish,
        created_at: seconds(),
      }),

    /** All of these or none; together they can't exceed what is left of the payment. */
    transfer(paymentId: string, wishes: TransferWish[], status: 'pending' | 'processed'): Transfer[] {
      const payment = ledger.payments.get(paymentId)
      if (!payment.captured) refuse('The payment status should be captured for action to be taken')
      for (const { account } of wishes)
        if (accounts.get(account).status !== 'created') refuse('The linked account is suspended')
      const wished = wishes.reduce((sum, { amount }) => sum + amount, 0)
      if (transferred(paymentId) + wished > payment.amount - payment.amount_refunded)
        refuse('The sum of amount requested for transfer is greater than the captured amount')
      const made = wishes.map((wish) =>
        hold(
          transfers.add({
            id: newId('trf'),
            entity: 'transfer',
            source: paymentId,
            recipient: wish.account,
            amount: wish.amount,
            currency: 'INR',
            amount_reversed: 0,
            fees: 0,
            tax: 0,
            on_hold: false,
            on_hold_until: null,
            notes: wish.notes ?? {},
            status,
            settlement_status: 'pending',
            error: { code: null, description: null },
            created_at: seconds(),
            processed_at: status === 'processed' ? seconds() : null,
          }),
          wish.on_hold ?? false,
          wish.on_hold_until,
        ),
      )
      keepSum(paymentId)
      return made
    },

    hold: (transferId: string, onHold: boolean, until?: number) =>
      hold(transfers.get(transferId), onHold, until),

    /** How a pending transfer ended. */
    endTransfer(transferId: string, status: 'processed' | 'failed'): Transfer {
      const transfer = transfers.get(transferId)
      if (transfer.status !== 'pending') refuse('This transfer has ended')
      const description = status === 'failed' ? 'The linked account could not be credited' : null
      Object.assign(transfer, {
        status,
        processed_at: status === 'processed' ? seconds() : null,
        error: { code: description && 'BAD_REQUEST_ERROR', description },
      })
      keepSum(transfer.source)
      return transfer
    },

    reverse(transferId: string, amount: number | undefined): Reversal {
      const transfer = transfers.get(transferId)
      const left = transfer.amount - transfer.amount_reversed
      const back = amount ?? left
      if (!['processed', 'partially_reversed'].includes(transfer.status))
        refuse('Only a processed transfer can be reversed')
      if (back > left) refuse('The reversal amount is greater than the transfer amount')
      transfer.amount_reversed += back
      transfer.status = transfer.amount_reversed === transfer.amount ? 'reversed' : 'partially_reversed'
      keepSum(transfer.source)
      const entity = { entity: 'reversal', currency: 'INR', created_at: seconds() } as const
      return reversals.add({ id: newId('rvrsl'), transfer_id: transferId, amount: back, ...entity })
    },
  }
}
