/** Who is told, and where: people's own choices, else the usual. */
import {
  alwaysTold,
  notificationKind,
  usualPlaces,
  type NotificationChoice,
  type NotificationKind,
  type NotificationPlaces,
} from '@peerlearn/contract/notifications'
import { sql } from 'kysely'
import type { DbOrTrx } from '../db.ts'

export interface Reader {
  userId: string
  places: NotificationPlaces
  /** undefined: no mail; the address is not proved to be theirs. */
  email: string | undefined
}

/** Each of these accounts once, but those that were erased. Suspended people hear of their account alone. */
export async function findReaders(db: DbOrTrx, userIds: string[], kind: NotificationKind): Promise<Reader[]> {
  if (userIds.length === 0) return []
  const rows = await db
    .selectFrom('account')
    .leftJoin('notification_choice as choice', (join) =>
      join.onRef('choice.account_id', '=', 'account.id').on('choice.kind', '=', kind),
    )
    .select(['account.id', 'email', 'email_verified_at', 'suspended_at', 'in_app', 'mail', 'push'])
    .where('account.id', '=', sql<string>`any(${[...new Set(userIds)]}::uuid[])`)
    .where('erased_at', 'is', null)
    // So that two who tell the same wait for each other in one order.
    .orderBy('account.id')
    .execute()
  return rows
    .filter((row) => row.suspended_at === null || kind === alwaysTold)
    .map((row) => ({
      userId: row.id,
      places: placesOf(kind, row),
      email: row.email_verified_at ? row.email : undefined,
    }))
}

interface ChoiceRow {
  in_app: boolean | null
  mail: boolean | null
  push: boolean | null
}

function placesOf(kind: NotificationKind, row: ChoiceRow | undefined): NotificationPlaces {
  const usual = usualPlaces[kind]
  const chosen = {
    app: row?.in_app ?? usual.app,
    mail: row?.mail ?? usual.mail,
    push: row?.push ?? usual.push,
  }
  return kind === alwaysTold ? { ...chosen, app: true, mail: true } : chosen
}

/** Every kind with this person's places. */
export async function findChoices(db: DbOrTrx, userId: string): Promise<NotificationChoice[]> {
  const rows = await db
    .selectFrom('notification_choice')
    .select(['kind', 'in_app', 'mail', 'push'])
    .where('account_id', '=', userId)
    .execute()
  const chosen = new Map(rows.map((row) => [row.kind, row]))
  return notificationKind.options.map((kind) => ({ kind, ...placesOf(kind, chosen.get(kind)) }))
}

/** Keeps what a person chose; kinds that are not named stay as they are. */
export async function choose(db: DbOrTrx, userId: string, choices: NotificationChoice[]): Promise<void> {
  const byKind = new Map(choices.map((choice) => [choice.kind, choice]))
  const rows = [...byKind.values()].map(({ kind, app, mail, push }) => ({
    account_id: userId,
    kind,
    in_app: app,
    mail,
    push,
  }))
  await db
    .insertInto('notification_choice')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'kind']).doUpdateSet((eb) => ({
        in_app: eb.ref('excluded.in_app'),
        mail: eb.ref('excluded.mail'),
        push: eb.ref('excluded.push'),
      })),
    )
    .execute()
}

/** Keeps whether mails of one kind come; the other places stay as they are. @returns whether there is such a person */
export async function chooseMail(
  db: DbOrTrx,
  { accountId, kind, mail }: { accountId: string; kind: NotificationKind; mail: boolean },
): Promise<boolean> {
  const { app, push } = usualPlaces[kind]
  const kept = await db
    .insertInto('notification_choice')
    .columns(['account_id', 'kind', 'in_app', 'mail', 'push'])
    .expression((eb) =>
      eb
        .selectFrom('account')
        .select([
          'id as account_id',
          eb.val(kind).as('kind'),
          eb.val(app).as('in_app'),
          eb.val(mail).as('mail'),
          eb.val(push).as('push'),
        ])
        .where('id', '=', accountId)
        .where('erased_at', 'is', null),
    )
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'kind']).doUpdateSet((eb) => ({ mail: eb.ref('excluded.mail') })),
    )
    .executeTakeFirst()
  return (kept.numInsertedOrUpdatedRows ?? 0n) > 0n
}
