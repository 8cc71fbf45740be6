/** The checkout: the script that the product's page loads, and the page inside its frame. No money is real here. */
import { join } from 'node:path'
import { Router, type Response } from 'express'
import type { Ledger } from './ledger.ts'
import type { Till } from './till.ts'

const files = join(import.meta.dirname, '../public')

/** Only its own files, framed only by pages of the same origin (the product passes it on under its own). */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; " +
  "base-uri 'none'; frame-ancestors 'self'"

const assets: Record<string, [file: string, type: string]> = {
  'checkout.js': ['checkout.mjs', 'text/javascript'],
  'checkout.css': ['checkout.css', 'text/css'],
  'page.js': ['page.mjs', 'text/javascript'],
  'page.css': ['page.css', 'text/css'],
}

export function assetRoutes(): Router {
  const router = Router()
  for (const [name, [file, type]] of Object.entries(assets))
    router.get(`/${name}`, (_req, res) => res.type(type).sendFile(join(files, file), { maxAge: 0 }))
  return router
}

export function checkoutRoutes({ ledger, till }: { ledger: Ledger; till: Till }): Router {
  const router = Router()
  router.get('/:orderId', (req, res) => {
    const order = ledger.orders.get(req.params.orderId)
    sendPage(res, order.id, order.amount)
  })
  router.post('/:orderId/pay', (req, res) => void res.json(till.pay(req.params.orderId)))
  router.post('/:orderId/fail', (req, res) => {
    const payment = till.fail(req.params.orderId)
    res.json({
      code: 'BAD_REQUEST_ERROR',
      description: payment.error_description,
      reason: 'payment_failed',
      metadata: { order_id: payment.order_id, payment_id: payment.id },
    })
  })
  return router
}

const rupees = (paise: number) =>
  new Intl.NumberFormat('en-IN', {
    style: 'currency',
    currency: 'INR',
    minimumFractionDigits: paise % 100 === 0 ? 0 : 2,
  }).format(paise / 100)

/** Order ids are our own letters and digits, and the amount is a number: nothing here needs escaping. */
function sendPage(res: Response, orderId: string, amount: number): void {
  res.setHeader('content-security-policy', policy)
  res.setHeader('cache-control', 'no-store')
  res.type('html').send(`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Sandbox checkout</title>
    <link rel="stylesheet" href="../v1/page.css">
    <script type="module" src="../v1/page.js"></script>
  </head>
  <body>
    <p class="banner">Sandbox — no real money</p>
    <main data-order="${orderId}">
      <h1 id="name">Payment</h1>
      <p id="description" class="quiet"></p>
      <p class="amount">${rupees(amount)}</p>
      <p id="status" role="status"></p>
      <div class="actions">
        <button id="pay" type="button" class="primary" disabled>Pay ${rupees(amount)}</button>
        <button id="fail" type="button" disabled>Fail the payment</button>
        <button id="cancel" type="button" class="plain" disabled>Cancel</button>
      </div>
      <p class="quiet small">Order <code>${orderId}</code></p>
    </main>
  </body>
</html>
`)
}
