/** The part of Razorpay's API that the product uses, behind Basic auth. @see https://razorpay.com/docs/api/ */
import express, { Router, type Request, type Response } from 'express'
import { z } from 'zod'
import { Refused } from './entities.ts'
import type { Ledger } from './ledger.ts'
import type { Behaviour, CallName, Fault } from './misbehaviour.ts'
import { listed, parse, requireKey } from './parsing.ts'
import type { Route } from './route.ts'
import type { Till } from './till.ts'

const amount = z.number().int().min(1)
const notes = z.record(z.string().max(256), z.string().max(256))
const orderInput = z.object({
  amount: z.number().int().min(100),
  currency: z.literal('INR'),
  receipt: z.string().max(40).optional(),
})
const captureInput = z.object({ amount, currency: z.literal('INR').optional() })
const refundInput = z
  .object({ amount, receipt: z.string().max(40), notes, speed: z.literal('normal') })
  .partial()
const refundKey = z.string().min(10).max(100).optional()
const onHold = z
  .union([z.boolean(), z.literal(0), z.literal(1)])
  .transform(Boolean)
  .optional()
const holdInput = z.object({ on_hold: onHold, on_hold_until: z.number().int().min(0).optional() })
const transferInput = z.object({
  transfers: z
    .array(
      holdInput.extend({
        account: z.string(),
        amount: z.number().int().min(100),
        currency: z.literal('INR'),
        notes: notes.optional(),
      }),
    )
    .min(1)
    .max(20),
})
const accountInput = z.object({
  type: z.literal('route'),
  email: z.email(),
  phone: z.coerce.string().min(8).max(15),
  legal_business_name: z.string().min(4).max(200),
  business_type: z.string().max(40),
  contact_name: z.string().min(4).max(255),
  reference_id: z
    .string()
    .max(20)
    .optional()
    .transform((id) => id ?? null),
})

interface Deps {
  ledger: Ledger
  route: Route
  till: Till
  behaviour: Behaviour
  keyId: string
  keySecret: string
}

type Run = (req: Request<{ id: string }>) => unknown
type Call = [method: 'get' | 'post' | 'patch', path: string, run: Run]

/** Name → where it is and what it does. */
const calls = ({ ledger, route, till }: Deps): Partial<Record<CallName, Call>> => ({
  'order.create': [
    'post',
    '/v1/orders',
    (req) => {
      const { amount, receipt } = parse(orderInput, req.body)
      return ledger.createOrder(amount, receipt ?? null)
    },
  ],
  'order.get': ['get', '/v1/orders/:id', (req) => ledger.orders.get(req.params.id)],
  'order.payments': [
    'get',
    '/v1/orders/:id/payments',
    (req) => {
      const items = ledger.paymentsOf(ledger.orders.get(req.params.id).id)
      return { entity: 'collection', count: items.length, items }
    },
  ],
  'payment.list': ['get', '/v1/payments', (req) => listed(ledger.payments.all(), req.query)],
  'payment.get': ['get', '/v1/payments/:id', (req) => ledger.payments.get(req.params.id)],
  'payment.capture': [
    'post',
    '/v1/payments/:id/capture',
    (req) => till.capture(req.params.id, parse(captureInput, req.body).amount),
  ],
  'payment.refund': [
    'post',
    '/v1/payments/:id/refund',
    (req) => {
      const key = parse(refundKey, req.header('x-refund-idempotency'))
      return till.refund(req.params.id, parse(refundInput, req.body ?? {}), key)
    },
  ],
  'payment.transfer': [
    'post',
    '/v1/payments/:id/transfers',
    (req) => {
      const items = till.transfer(req.params.id, parse(transferInput, req.body).transfers)
      return { entity: 'collection', count: items.length, items }
    },
  ],
  'refund.list': ['get', '/v1/refunds', (req) => listed(ledger.refunds.all(), req.query)],
  'refund.get': ['get', '/v1/refunds/:id', (req) => ledger.refunds.get(req.params.id)],
  'transfer.list': ['get', '/v1/transfers', (req) => listed(route.transfers.all(), req.query)],
  'transfer.get': ['get', '/v1/transfers/:id', (req) => route.transfers.get(req.params.id)],
  'transfer.hold': [
    'patch',
    '/v1/transfers/:id',
    (req) => {
      const { on_hold = false, on_hold_until } = parse(holdInput, req.body)
      return route.hold(req.params.id, on_hold, on_hold_until)
    },
  ],
  'transfer.reverse': [
    'post',
    '/v1/transfers/:id/reversals',
    (req) => till.reverse(req.params.id, parse(z.object({ amount }).partial(), req.body ?? {}).amount),
  ],
  'dispute.list': ['get', '/v1/disputes', (req) => listed(ledger.disputes.all(), req.query)],
  'account.create': ['post', '/v2/accounts', (req) => createAccount(route, req.body)],
  'account.get': ['get', '/v2/accounts/:id', (req) => route.accounts.get(req.params.id)],
})

function createAccount(route: Route, body: unknown) {
  const { email, phone, legal_business_name, business_type, reference_id } = parse(accountInput, body)
  return route.createAccount({ email, phone, legal_business_name, business_type, reference_id })
}

/** Of one payment: `GET /v1/payments/:id/refunds` and `/transfers`. */
function partRoutes(router: Router, { ledger, route }: Deps): void {
  router.get('/v1/payments/:id/refunds', (req, res) => {
    const { id } = ledger.payments.get(req.params.id)
    const query = { count: 100, ...req.query }
    res.json(
      listed(
        ledger.refunds.all((refund) => refund.payment_id === id),
        query,
      ),
    )
  })
  router.get('/v1/payments/:id/transfers', (req, res) => {
    const { id } = ledger.payments.get(req.params.id)
    const query = { count: 100, ...req.query }
    res.json(
      listed(
        route.transfers.all(({ source }) => source === id),
        query,
      ),
    )
  })
}

export function apiRoutes(deps: Deps): Router {
  const router = Router()
  router.use(['/v1', '/v2'], requireKey(deps.keyId, deps.keySecret), express.json({ limit: '64kb' }))
  for (const [name, [method, path, run]] of Object.entries(calls(deps)) as [CallName, Call][])
    // keys of the table
    router[method](path, (req: Request<{ id: string }>, res: Response) =>
      answer(deps.behaviour.take(name), req, res, run),
    )
  partRoutes(router, deps)
  return router
}

/** Does it and answers, unless this call was to go wrong. */
function answer(fault: Fault | undefined, req: Request<{ id: string }>, res: Response, run: Run): void {
  if (fault === 'error') throw new Refused('We are facing some trouble completing your request', 500)
  if (fault === 'conflict') throw new Refused('Another request with this key is in progress', 409)
  const done = run(req)
  if (fault === 'error-after') throw new Refused('We are facing some trouble completing your request', 500)
  if (fault === 'lost') return void req.socket.destroy()
  if (fault === 'silent') return
  res.json(done)
}
