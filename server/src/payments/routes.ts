import { paymentRoutes as routes } from '@peerlearn/contract/payments'
import { on, type Binding } from '../http.ts'
import { createOrder, findHistory, verifyPayment, type PaymentDeps } from './payments.ts'
import { hearWebhook } from './webhook.ts'

/** The webhook's binding needs the raw body: its path is mounted before any JSON parser. */
export const paymentRoutes = (deps: PaymentDeps): Binding[] => [
  on(routes.createOrder, ({ who, body }) => createOrder(deps, { bookingId: body.bookingId, who })),
  on(routes.verify, ({ who, body }) => verifyPayment(deps, who, body)),
  on(routes.webhook, ({ req }) => hearWebhook(deps, req)),
  on(routes.history, async ({ who }) => findHistory(deps.db, who.userId)),
]
