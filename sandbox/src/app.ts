/**
 * A stand-in for Razorpay, for trials and tests: its orders, payments, refunds, transfers, checkout and signed webhooks
 * over real HTTP, and its misbehaviour on demand. What it knows is kept in memory. Production refuses to start with it.
 */
import { createServer, type Server } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { apiRoutes } from './api.ts'
import { assetRoutes, checkoutRoutes } from './checkout.ts'
import { controlRoutes } from './control.ts'
import { Refused } from './entities.ts'
import { createLedger } from './ledger.ts'
import { Behaviour, type MisbehaviourWish } from './misbehaviour.ts'
import { createRoute } from './route.ts'
import { createTill } from './till.ts'
import { createWebhooks, type WebhookSettings } from './webhooks.ts'

export type { MisbehaviourWish } from './misbehaviour.ts'

export interface SandboxSettings {
  keyId: string
  keySecret: string
  webhook: WebhookSettings
  /** false: payments stay authorised until they are captured over the API. */
  autoCapture?: boolean
  /** What goes wrong from the start. */
  misbehaviour?: MisbehaviourWish
}

export interface Sandbox {
  server: Server
  /** Resolves with the port once it listens, on this machine alone; 0 picks a free one. */
  listen(port: number): Promise<number>
  /** Twice is harmless. */
  close(): Promise<void>
}

export function createSandbox({
  keyId,
  keySecret,
  webhook,
  autoCapture = true,
  misbehaviour = {},
}: SandboxSettings): Sandbox {
  const behaviour = new Behaviour({ capture: autoCapture ? 'automatic' : 'manual', ...misbehaviour })
  const ledger = createLedger()
  const route = createRoute(ledger)
  const webhooks = createWebhooks(webhook, behaviour)
  const till = createTill({ ledger, route, webhooks, behaviour, keySecret })
  const key = { keyId, keySecret }
  const app = express()
  app.disable('x-powered-by')
  app.use((_req, res, next) => {
    res.setHeader('x-content-type-options', 'nosniff')
    next()
  })
  app.use('/v1', assetRoutes())
  app.use(apiRoutes({ ledger, route, till, behaviour, ...key }))
  app.use('/control', controlRoutes({ behaviour, till, webhooks, ...key }))
  app.use('/checkout', checkoutRoutes({ ledger, till }))
  app.use(answerError)
  const server = createServer(app)
  return {
    server,
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, '127.0.0.1', () => {
          const address = server.address()
          resolve(typeof address === 'object' && address ? address.port : port)
        })
      }),
    close: () =>
      new Promise((resolve) => {
        webhooks.close()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const answerError: ErrorRequestHandler = (error: unknown, _req, res, next) => {
  if (res.headersSent) return next(error)
  // What is no refusal is a body that express could not read.
  const [status, description] =
    error instanceof Refused ? [error.status, error.message] : [400, 'The request could not be read']
  const code = status >= 500 ? 'SERVER_ERROR' : 'BAD_REQUEST_ERROR'
  res.status(status).json({ error: { code, description } })
}
