/**
 * Razorpay's standard checkout: an order for the purchase, their script's window, and the proof handed back to the server.
 * @see https://razorpay.com/docs/payments/payment-gateway/web-integration/standard/integration-steps/
 */
import { paymentRoutes } from '@peerlearn/contract/payments'
import type { Order } from '@peerlearn/contract/payments'
import type { BodyOf } from '@peerlearn/contract/route'
import { ApiError, call } from '../lib/api.ts'

type Proof = BodyOf<(typeof paymentRoutes)['verify']>

interface RazorpayOptions {
  key: string
  amount: number
  currency: string
  order_id: string
  name: string
  description: string
  prefill: { name: string; email: string }
  handler: (proof: Proof) => void
  modal: { ondismiss: () => void }
}

interface RazorpayWindow {
  open(): void
  on(event: 'payment.failed', tell: (answer: { error?: { description?: string } }) => void): void
}

declare global {
  interface Window {
    Razorpay?: new (options: RazorpayOptions) => RazorpayWindow
  }
}

/** How it ended. `unconfirmed`: paid, but our server could not be told yet; its webhook will. */
export type Outcome =
  | { kind: 'paid' }
  | { kind: 'dismissed' }
  | { kind: 'failed'; reason: string }
  | { kind: 'unconfirmed' }
  | { kind: 'leaving' }

/**
 * Lets a person pay for a purchase, from the page of the session with this id. Throws an ApiError when there is no order or
 * no checkout to show.
 */
export async function checkout(
  { purchaseId, sessionId }: { purchaseId: string; sessionId: string },
  person: { name: string; email: string },
): Promise<Outcome> {
  const order = await call(paymentRoutes.createOrder, { body: { purchaseId } })
  if (!mayLoad(order.checkoutScript)) {
    location.assign(`/sessions/${sessionId}?pay=${purchaseId}`)
    return { kind: 'leaving' }
  }
  await loadScript(order.checkoutScript)
  const shown = await show(order, person)
  return 'kind' in shown ? shown : confirm(shown)
}

/**
 * A script of another host runs only in a document that was loaded as a session's page: only its HTML allows that host,
 * and walking there inside the app keeps the rules of the page first loaded.
 */
function mayLoad(script: string): boolean {
  if (new URL(script, location.href).origin === location.origin) return true
  const [first] = performance.getEntriesByType('navigation')
  return first !== undefined && /^\/sessions\/[^/]+$/.test(new URL(first.name).pathname)
}

function loadScript(src: string): Promise<void> {
  if (window.Razorpay) return Promise.resolve()
  const script = document.createElement('script')
  script.src = src
  return new Promise((resolve, reject) => {
    script.onload = () => resolve()
    script.onerror = () => {
      script.remove()
      reject(
        new ApiError(
          'network',
          'The payment window could not be loaded. Check your connection and try again.',
        ),
      )
    }
    document.head.append(script)
  })
}

/** Opens the window and waits for its end. A failed try stays in the window, which offers another: the last one counts. */
function show(order: Order, prefill: { name: string; email: string }): Promise<Proof | Outcome> {
  const { Razorpay } = window
  if (!Razorpay)
    throw new ApiError('network', 'The payment window could not be opened. Reload the page and try again.')
  return new Promise((resolve) => {
    let reason: string | undefined
    const razorpay = new Razorpay({
      key: order.keyId,
      amount: order.amountPaise,
      currency: order.currency,
      order_id: order.orderId,
      name: 'PeerLearn',
      description: order.title,
      prefill,
      handler: resolve,
      modal: { ondismiss: () => resolve(reason ? { kind: 'failed', reason } : { kind: 'dismissed' }) },
    })
    razorpay.on('payment.failed', ({ error }) => {
      reason = error?.description ?? 'The payment did not go through.'
    })
    razorpay.open()
  })
}

const tries = 3
const pauseMs = 1500

/** The money may have moved by now: a lost answer is asked for again before we say that we don't know. */
async function confirm(proof: Proof): Promise<Outcome> {
  // Only the three values: the window may hand over more, and the server refuses what it does not know.
  const { razorpay_order_id, razorpay_payment_id, razorpay_signature } = proof
  for (let left = tries; left > 0; left--) {
    try {
      await call(paymentRoutes.verify, {
        body: { razorpay_order_id, razorpay_payment_id, razorpay_signature },
      })
      return { kind: 'paid' }
    } catch (error) {
      if (!(error instanceof ApiError) || !['network', 'payment-unavailable'].includes(error.code))
        throw error
      if (left > 1) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    }
  }
  return { kind: 'unconfirmed' }
}
