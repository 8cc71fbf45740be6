/** How a test plays Razorpay, its banks and its dashboard. Behind the API's own key; Razorpay has nothing like it. */
import express, { Router } from 'express'
import { z } from 'zod'
import type { Behaviour } from './misbehaviour.ts'
import { misbehaviour } from './misbehaviour.ts'
import { parse, requireKey } from './parsing.ts'
import { refuse } from './entities.ts'
import type { Till } from './till.ts'
import type { Webhooks } from './webhooks.ts'

const ended = z.strictObject({ status: z.enum(['processed', 'failed']) })
const paying = z.strictObject({ again: z.boolean().default(false) })
const refunding = z.strictObject({ amount: z.number().int().min(1).optional() })
const disputing = refunding.extend({ reason: z.string().max(60).default('goods_not_received') })
const moved = z.strictObject({ status: z.enum(['under_review', 'won', 'lost', 'closed']) })
const released = z.strictObject({ order: z.enum(['kept', 'reversed', 'shuffled']).default('kept') })
const repeated = z.strictObject({ copies: z.number().int().min(1).max(100).default(1) })

interface Deps {
  behaviour: Behaviour
  till: Till
  webhooks: Webhooks
  keyId: string
  keySecret: string
}

/** Mounted under `/control`. */
export function controlRoutes({ behaviour, till, webhooks, keyId, keySecret }: Deps): Router {
  const router = Router()
  router.use(requireKey(keyId, keySecret), express.json({ limit: '64kb' }))

  router.get('/misbehaviour', (_req, res) => void res.json(behaviour.now))
  router.put('/misbehaviour', (req, res) => {
    behaviour.set(parse(misbehaviour, req.body))
    res.json(behaviour.now)
  })

  router.get('/webhooks', (_req, res) => void res.json({ items: webhooks.log }))
  router.post('/webhooks/release', (req, res) => {
    res.json({ released: webhooks.release(parse(released, req.body ?? {}).order) })
  })
  router.post('/webhooks/:id/repeat', (req, res) => {
    if (!webhooks.repeat(req.params.id, parse(repeated, req.body ?? {}).copies)) refuse('No such event')
    res.json({ repeated: true })
  })

  // The payer and the bank: a second payment on a paid order, a yes after a no.
  router.post('/orders/:id/pay', (req, res) => {
    res.json(till.pay(req.params.id, parse(paying, req.body ?? {}).again))
  })
  router.post('/orders/:id/fail', (req, res) => void res.json(till.fail(req.params.id)))
  router.post('/payments/:id/authorize', (req, res) => void res.json(till.authorizeLate(req.params.id)))

  // The dashboard: a refund made there, a dispute that a bank opened.
  router.post('/payments/:id/refund', (req, res) => {
    res.json(till.refund(req.params.id, parse(refunding, req.body ?? {})))
  })
  router.post('/payments/:id/disputes', (req, res) => {
    const { amount, reason } = parse(disputing, req.body ?? {})
    res.json(till.openDispute(req.params.id, amount, reason))
  })
  router.post('/disputes/:id', (req, res) => {
    res.json(till.moveDispute(req.params.id, parse(moved, req.body).status))
  })

  // How pending ones end.
  router.post('/refunds/:id', (req, res) => {
    res.json(till.endRefund(req.params.id, parse(ended, req.body).status))
  })
  router.post('/transfers/:id', (req, res) => {
    res.json(till.endTransfer(req.params.id, parse(ended, req.body).status))
  })
  return router
}
