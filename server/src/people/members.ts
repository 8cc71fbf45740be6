/** The list of everybody with an account, for admins. */
import type { Member, peopleRoutes } from '@peerlearn/contract/people'
import type { QueryOf } from '@peerlearn/contract/route'
import { sql } from 'kysely'
import { containing, literally, type DbOrTrx } from '../db.ts'
import { pageFrom } from './paging.ts'
import { selectMembers, toMember } from './queries.ts'

type Filter = QueryOf<typeof peopleRoutes.people>

/** Newest first; each word asked for stands in the name, or the email begins with it. Ids grow with time. */
export async function listMembers(
  db: DbOrTrx,
  { q = '', role, suspended, cursor, limit }: Filter,
): Promise<{ items: Member[]; nextCursor: string | null }> {
  let query = selectMembers(db)
    .orderBy('id', 'desc')
    .limit(limit + 1)
  for (const word of q.split(/\s+/).filter(Boolean).slice(0, 8))
    query = query.where((eb) =>
      eb.or([
        eb('name', 'ilike', containing(word)),
        eb('email', 'like', `${literally(word.toLowerCase())}%`),
      ]),
    )
  if (role !== undefined) query = query.where(sql<boolean>`${role} = any (roles)`)
  if (suspended !== undefined)
    query = query.where('suspended_at', suspended === 'yes' ? 'is not' : 'is', null)
  if (cursor !== undefined) query = query.where('id', '<', cursor)
  return pageFrom(await query.execute(), limit, toMember, ({ id }) => id)
}
