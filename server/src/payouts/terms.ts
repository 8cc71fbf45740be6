/** What is agreed with a mentor: who they are on documents, what the platform keeps, where the rest goes. */
import { AppError } from '@peerlearn/contract/errors'
import type { MentorTerms, moneyRoutes } from '@peerlearn/contract/money'
import type { SupplierTerms } from '@peerlearn/contract/payouts'
import type { BodyOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { audit } from '../audit/audit.ts'
import { violates, type Db, type DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { findMentorTerms } from './money-queries.ts'
import type { RouteGateway } from './route-gateway.ts'

export async function findSupplier(db: DbOrTrx, mentorId: string): Promise<SupplierTerms> {
  const row = await db
    .selectFrom('mentor_terms')
    .select(['legal_name as legalName', 'address', 'gstin'])
    .where('mentor_id', '=', mentorId)
    .executeTakeFirst()
  return row ?? { legalName: '', address: '', gstin: null }
}

/** From now on: documents that were issued stay as they are. */
export async function setSupplier(db: Db, who: Who, given: SupplierTerms): Promise<SupplierTerms> {
  await db.transaction().execute(async (trx) => {
    const { legalName, address, gstin } = given
    await keep(trx, who.userId, { legal_name: legalName, address, gstin })
    const data = { gst: gstin !== null }
    await audit(trx, { actorId: who.userId, action: 'terms.changed', subject: `account:${who.userId}`, data })
  })
  return findSupplier(db, who.userId)
}

interface AgreeDeps {
  db: Db
  jobs: Jobs
  route: RouteGateway
}

/** What waited for the account is sent. @throws AppError `not-found`, `bad-input` for an account that can't be */
export async function agreeTerms(
  { db, jobs, route }: AgreeDeps,
  who: Who,
  mentorId: string,
  { feeBasisPoints, linkedAccountId }: BodyOf<typeof moneyRoutes.setTerms>,
): Promise<MentorTerms> {
  const before = await getTerms(db, mentorId)
  // Money that goes to a wrong account is gone.
  if (
    linkedAccountId &&
    linkedAccountId !== before.linkedAccountId &&
    !(await route.isAccount(linkedAccountId))
  )
    throw noAccount('Razorpay does not know this account.')
  await db
    .transaction()
    .execute(async (trx) => {
      await keep(trx, mentorId, { fee_basis_points: feeBasisPoints, linked_account_id: linkedAccountId })
      if (linkedAccountId) await sendWaiting(trx, jobs, mentorId)
      const data = { feeBasisPoints, linkedAccountId }
      await audit(trx, { actorId: who.userId, action: 'terms.agreed', subject: `account:${mentorId}`, data })
    })
    .catch((error: unknown) => {
      if (violates(error, 'mentor_terms_linked_account_id_key'))
        throw noAccount('Another mentor is paid to this account.')
      throw error
    })
  return getTerms(db, mentorId)
}

const noAccount = (words: string) => new AppError('bad-input', words, { linkedAccountId: words })

async function getTerms(db: DbOrTrx, mentorId: string): Promise<MentorTerms> {
  const [terms] = await findMentorTerms(db, { mentorId })
  if (!terms) throw new AppError('not-found', 'There is no such mentor.')
  return terms
}

interface Kept {
  legal_name?: string
  address?: string
  gstin?: string | null
  fee_basis_points?: number | null
  linked_account_id?: string | null
}

const keep = (trx: DbOrTrx, mentorId: string, kept: Kept) =>
  trx
    .insertInto('mentor_terms')
    .values({ mentor_id: mentorId, ...kept })
    .onConflict((conflict) => conflict.column('mentor_id').doUpdateSet({ ...kept, updated_at: sql`now()` }))
    .execute()

async function sendWaiting(trx: DbOrTrx, jobs: Jobs, mentorId: string): Promise<void> {
  const waiting = await trx
    .selectFrom('payout')
    .select('id')
    .where('mentor_id', '=', mentorId)
    .where('status', '=', 'due')
    .execute()
  for (const { id } of waiting) await jobs.send(trx, 'payout.send', { payoutId: id }, { key: id })
}
