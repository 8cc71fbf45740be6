/**
 * `npm run ledger:verify`: works out anew what every account of the books must hold and compares.
 * With RAZORPAY_KEY_ID and RAZORPAY_KEY_SECRET set (and RAZORPAY_API_URL for the sandbox) it also compares the last days
 * with Razorpay's own lists. Reads only. Exit code 1 when a paisa is unexplained.
 */
import { createDb } from '@peerlearn/server/db'
import { verifyBooks, unexplained, type Difference } from '../server/src/ledger/verify.ts'
import { createLog } from '../server/src/log.ts'
import { findGatewayDifferences } from '../server/src/payments/gateway-check.ts'
import { connectRazorpay, createGateway } from '../server/src/payments/gateway.ts'
import { windowUntil } from '../server/src/payments/reconciliation.ts'
import { databaseUrl } from './launch/trial-database.ts'
import { runMain } from './setup/refusal.mjs'

const { env } = process

await runMain(async () => {
  const url = databaseUrl(env)
  const db = createDb(url, 2)
  try {
    const books = await verifyBooks(db)
    const gateway = razorpay()
    const told = gateway ? await findGatewayDifferences(db, gateway, windowUntil(new Date())) : []
    report(
      [...books, ...told],
      gateway ? 'payments, refunds and payouts, and with Razorpay' : 'payments, refunds and payouts',
    )
  } finally {
    await db.destroy()
  }
})

function razorpay() {
  const { RAZORPAY_KEY_ID: keyId, RAZORPAY_KEY_SECRET: keySecret, RAZORPAY_API_URL: apiUrl } = env
  if (!keyId || !keySecret) return undefined
  return createGateway(connectRazorpay({ keyId, keySecret, apiUrl, log: createLog('silent') }))
}

function report(differences: Difference[], compared: string): void {
  for (const { what, subject, paise } of differences) console.log(`${subject}: ${what} (${paise} paise)`)
  console.log(`${unexplained(differences)} unexplained paise: the books were compared with ${compared}.`)
  if (differences.length > 0) process.exitCode = 1
}
