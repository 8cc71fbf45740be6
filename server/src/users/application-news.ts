/** Admins hear that somebody wants to teach, once that person's address is proved: then it is theirs to decide. */
import { findAdminIds } from '../admin/queries.ts'
import type { DbOrTrx } from '../db.ts'
import type { TellNow, WillTell } from '../notifications/notifications.ts'

/** In the transaction that brings the application to them. @returns for after the commit */
export async function tellOfApplication(
  { willTell }: { willTell: WillTell },
  trx: DbOrTrx,
  { accountId, applicationId }: { accountId: string; applicationId: string },
): Promise<TellNow> {
  const { name } = await trx
    .selectFrom('account')
    .select('name')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow()
  const note = {
    kind: 'general',
    title: 'Somebody wants to teach',
    message: `${name} applied to become a mentor. Read the application and decide.`,
    link: '/admin/applications',
    key: `application:${applicationId}`,
  } as const
  return willTell(trx, [{ to: await findAdminIds(trx), note }])
}
