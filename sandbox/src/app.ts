/**
 * A stand-in for Razorpay, for trials and tests: its orders, payments, refunds, checkout and signed webhooks over real
 * HTTP. What it knows is kept in memory. Production refuses to start with it.
 */
import { createServer, type Server } from 'node:http'
import express, { type ErrorRequestHandler } from 'express'
import { apiRoutes } from './api.ts'
import { assetRoutes, checkoutRoutes } from './checkout.ts'
import { createLedger, Refused } from './ledger.ts'
import { createTill } from './till.ts'
import { createWebhooks, type WebhookSettings } from './webhooks.ts'

export interface SandboxSettings {
  keyId: string
  keySecret: string
  webhook: WebhookSettings
  /** false: payments stay authorised until they are captured over the API. */
  autoCapture?: boolean
}

export interface Sandbox {
  server: Server
  /** Resolves with the port once it listens, on this machine alone; 0 picks a free one. */
  listen(port: number): Promise<number>
  /** Twice is harmless. */
  close(): Promise<void>
}

export function createSandbox({ keyId, keySecret, webhook, autoCapture = true }: SandboxSettings): Sandbox {
  const ledger = createLedger()
  const webhooks = createWebhooks(webhook)
  const till = createTill({ ledger, webhooks, keySecret, autoCapture })
  const app = express()
  app.disable('x-powered-by')
  app.use((_req, res, next) => {
    res.setHeader('x-content-type-options', 'nosniff')
    next()
  })
  app.use('/v1', assetRoutes())
  app.use('/v1', apiRoutes({ ledger, till, keyId, keySecret }))
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
  const description = error instanceof Refused ? error.message : 'The request could not be read'
  res.status(400).json({ error: { code: 'BAD_REQUEST_ERROR', description } })
}
