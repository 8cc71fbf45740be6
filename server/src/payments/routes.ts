import { paymentRoutes as routes } from '@peerlearn/contract/payments'
import { on, type Binding } from '../http.ts'
import { createOrder, verifyPayment, type PaymentDeps } from './payments.ts'
import { findHistory, getState } from './queries.ts'
import { findRefunds } from './refund-queries.ts'
import { refundByHand, retryRefund } from './refunds.ts'
import { hearWebhook, type WebhookDeps } from './webhook.ts'

/** The webhook's binding needs the raw body: its path is mounted before any JSON parser. */
export const paymentRoutes = (deps: PaymentDeps & WebhookDeps): Binding[] => [
  on(routes.createOrder, ({ who, body }) => createOrder(deps, { purchaseId: body.purchaseId, who })),
  on(routes.verify, ({ who, body }) => verifyPayment(deps, who, body)),
  on(routes.webhook, ({ req }) => hearWebhook(deps, req)),
  on(routes.state, ({ who, params }) => getState(deps.db, params.id, who.userId)),
  on(routes.history, ({ who }) => findHistory(deps.db, who.userId)),
  on(routes.refund, ({ who, body, req }) => refundByHand(deps, who, body, req.header('idempotency-key'))),
  on(routes.refunds, async ({ query }) => ({ items: await findRefunds(deps.db, query.status) })),
  on(routes.retryRefund, ({ who, params }) => retryRefund(deps, who, params.id)),
]
