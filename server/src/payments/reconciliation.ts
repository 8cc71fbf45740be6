/** Once a day: every paisa is explained, or admins hear of it. */
import { newId, type DbOrTrx } from '../db.ts'
import { verifyBooks, unexplained, type Difference } from '../ledger/verify.ts'
import { nothingToTell } from '../notifications/notifications.ts'
import { alarm } from './alarm.ts'
import { findGatewayDifferences } from './gateway-check.ts'
import type { Window } from './gateway.ts'
import { askOpenOrders, hearWindow, type ReconcileDeps } from './reconciler.ts'
import { rupees } from '../rupees.ts'

/** A bank's late yes included. */
const days = 4
/** What moved just now may be on its way to us. */
const settleSeconds = 900
const mostTold = 200

export interface Report {
  unexplainedPaise: number
  differences: Difference[]
}

/** What the last days' window is at this moment. */
export function windowUntil(now: Date): Window {
  const to = Math.floor(now.getTime() / 1000) - settleSeconds
  return { from: to - days * 86_400, to }
}

/** Learns what was missed, compares everything, keeps the report, and tells admins unless it is 0. */
export async function reconcileDay(deps: ReconcileDeps, window: Window): Promise<Report> {
  await askOpenOrders(deps)
  await hearWindow(deps, window)
  const differences = [
    ...(await verifyBooks(deps.db)),
    ...(await findGatewayDifferences(deps.db, deps.gateway, window)),
  ]
  const report = { unexplainedPaise: unexplained(differences), differences }
  const tellNow = await deps.db.transaction().execute(async (trx) => {
    await keep(trx, report)
    return differences.length > 0 ? tellAdmins(deps, trx, report) : nothingToTell
  })
  await tellNow()
  return report
}

const tellAdmins = (deps: ReconcileDeps, trx: DbOrTrx, { unexplainedPaise, differences }: Report) =>
  alarm(deps, trx, {
    title: 'The books do not agree',
    message: `${rupees(unexplainedPaise)} can’t be explained, in ${differences.length} places. The first: ${differences[0]?.what ?? ''}.`,
    key: `reconciliation:${new Date().toISOString().slice(0, 10)}:${unexplainedPaise}`,
  })

const keep = (trx: DbOrTrx, { unexplainedPaise, differences }: Report) =>
  trx
    .insertInto('reconciliation')
    .values({
      id: newId(),
      day: new Date().toISOString().slice(0, 10),
      unexplained_paise: unexplainedPaise,
      report: JSON.stringify({
        differences: differences.slice(0, mostTold),
        leftOut: Math.max(0, differences.length - mostTold),
      }),
    })
    .execute()
