/** In whose time a session's people read of it. */
import type { DbOrTrx } from '../db.ts'

export interface ZonedPerson {
  id: string
  name: string
  timeZone: string
}

/** Each of them once. */
export const findZones = async (db: DbOrTrx, ids: string[]): Promise<ZonedPerson[]> =>
  ids.length === 0
    ? []
    : db
        .selectFrom('account')
        .select(['id', 'name', 'time_zone as timeZone'])
        .where('id', 'in', [...new Set(ids)])
        .orderBy('id')
        .execute()
