/** Issuing documents: once a payment bought something, once a refund of it went out. */
import { documentFacts, type DocumentFacts } from '@peerlearn/contract/documents'
import { newId, type Db, type DbOrTrx } from '../db.ts'
import type { JobHandlers } from '../jobs/job-table.ts'
import type { Database } from '../schema.ts'
import { nextNumber } from './numbers.ts'
import { findBought, findCorrected, findRefunded } from './queries.ts'
import { taxWithin } from './tax.ts'

interface IssueDeps {
  db: Db
  now: () => Date
}

/** Run twice they issue once: a payment and a refund have one document each, by a constraint. */
export const documentJobs = (deps: IssueDeps): JobHandlers => ({
  'document.issue': ({ paymentId }) => issueForPayment(deps, paymentId),
  'document.credit': ({ refundId }) => issueForRefund(deps, refundId),
})

async function issueForPayment({ db, now }: IssueDeps, paymentId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const bought = await findBought(trx, paymentId)
    if (!bought || bought.documentId) return
    const facts: DocumentFacts = {
      supplier: bought.supplier,
      customer: bought.customer,
      lines: [{ words: bought.words, quantity: bought.quantity, amountPaise: bought.listPaise }],
      discountPaise: bought.discountPaise,
      totalPaise: bought.totalPaise,
      tax: bought.supplier.gstin === null ? null : taxWithin(bought.totalPaise),
      paymentId: bought.gatewayId,
      method: bought.method,
      corrects: null,
    }
    const kind = facts.tax ? 'invoice' : 'receipt'
    await keep(trx, { ...bought, kind, facts, at: now(), paymentId, refundId: null })
  })
}

/** The document that it corrects is issued before, should its own job be late. */
async function issueForRefund(deps: IssueDeps, refundId: string): Promise<void> {
  const { db, now } = deps
  const paymentId = await findRefunded(db, refundId)
  if (paymentId) await issueForPayment(deps, paymentId)
  await db.transaction().execute(async (trx) => {
    const corrected = await findCorrected(trx, refundId)
    if (!corrected || corrected.documentId) return
    const before = documentFacts.parse(corrected.facts)
    const facts: DocumentFacts = {
      ...before,
      lines: [{ words: 'Refund', quantity: 1, amountPaise: corrected.amountPaise }],
      discountPaise: 0,
      totalPaise: corrected.amountPaise,
      tax: before.tax && taxWithin(corrected.amountPaise),
      corrects: { number: corrected.number, because: corrected.because },
    }
    await keep(trx, { ...corrected, kind: 'credit-note', facts, at: now(), refundId })
  })
}

interface Issued {
  kind: Database['document']['kind']
  facts: DocumentFacts
  at: Date
  mentorId: string
  accountId: string
  paymentId: string
  refundId: string | null
}

async function keep(trx: DbOrTrx, issued: Issued): Promise<void> {
  await trx
    .insertInto('document')
    .values({
      id: newId(),
      kind: issued.kind,
      ...(await nextNumber(trx, issued)),
      account_id: issued.accountId,
      payment_id: issued.paymentId,
      refund_id: issued.refundId,
      data: JSON.stringify(documentFacts.parse(issued.facts)),
      issued_at: issued.at,
    })
    .execute()
}
