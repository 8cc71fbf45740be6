/** The part of Razorpay's API that the product uses, behind Basic auth. @see https://razorpay.com/docs/api/ */
import { timingSafeEqual } from 'node:crypto'
import express, { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import { Refused, type Ledger } from './ledger.ts'
import type { Till } from './till.ts'

const orderInput = z.object({
  amount: z.number().int().min(100),
  currency: z.literal('INR'),
  receipt: z.string().max(40).optional(),
})
const amountInput = z.object({ amount: z.number().int().min(1), currency: z.literal('INR').optional() })

const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Refused(`${issue?.path.join('.') ?? 'The body'}: ${issue?.message ?? 'is not valid'}`)
}

export function apiRoutes({
  ledger,
  till,
  keyId,
  keySecret,
}: {
  ledger: Ledger
  till: Till
  keyId: string
  keySecret: string
}): Router {
  const router = Router()
  router.use(requireKey(keyId, keySecret), express.json({ limit: '64kb' }))
  router.post('/orders', (req, res) => {
    const { amount, receipt } = parse(orderInput, req.body)
    res.json(ledger.createOrder(amount, receipt ?? null))
  })
  router.get('/orders/:id', (req, res) => void res.json(ledger.getOrder(req.params.id)))
  router.get('/orders/:id/payments', (req, res) => {
    const items = ledger.paymentsOf(ledger.getOrder(req.params.id).id)
    res.json({ entity: 'collection', count: items.length, items })
  })
  router.get('/payments/:id', (req, res) => void res.json(ledger.getPayment(req.params.id)))
  router.post('/payments/:id/capture', (req, res) => {
    res.json(till.capture(req.params.id, parse(amountInput, req.body).amount))
  })
  router.post('/payments/:id/refund', (req, res) => {
    const { amount } = parse(amountInput.partial(), req.body ?? {})
    const key = parse(z.string().min(10).max(100), req.header('x-refund-idempotency') ?? crypto.randomUUID())
    res.json(till.refund(req.params.id, amount, key))
  })
  return router
}

function requireKey(keyId: string, keySecret: string): RequestHandler {
  const expected = Buffer.from(`Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`)
  return (req, res, next) => {
    const given = Buffer.from(req.header('authorization') ?? '')
    if (given.length === expected.length && timingSafeEqual(given, expected)) return next()
    res.status(401).json({ error: { code: 'BAD_REQUEST_ERROR', description: 'Authentication failed' } })
  }
}
