/** Applications to teach, as rows. */
import type { Application } from '@peerlearn/contract/people'
import type { Selectable } from 'kysely'
import { newId, type DbOrTrx } from '../db.ts'
import type { Database } from '../schema.ts'

export const applicationColumns = ['id', 'about', 'status', 'answer', 'created_at', 'decided_at'] as const
export type ApplicationRow = Pick<
  Selectable<Database['mentor_application']>,
  (typeof applicationColumns)[number]
>

export const toApplication = ({ created_at, decided_at, ...rest }: ApplicationRow): Application => ({
  ...rest,
  createdAt: created_at.toISOString(),
  decidedAt: decided_at?.toISOString() ?? null,
})

/** A constraint leaves one that waits to each account: `mentor_application_pending`. */
export async function insertApplication(
  db: DbOrTrx,
  { accountId, about }: { accountId: string; about: string },
): Promise<Application> {
  const row = await db
    .insertInto('mentor_application')
    .values({ id: newId(), account_id: accountId, about })
    .returning(applicationColumns)
    .executeTakeFirstOrThrow()
  return toApplication(row)
}

export async function findApplicationsOf(db: DbOrTrx, accountId: string): Promise<Application[]> {
  const rows = await db
    .selectFrom('mentor_application')
    .select(applicationColumns)
    .where('account_id', '=', accountId)
    .orderBy('id', 'desc')
    .limit(20)
    .execute()
  return rows.map(toApplication)
}
