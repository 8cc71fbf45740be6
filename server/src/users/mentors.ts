import { AppError } from '@peerlearn/contract/errors'
import type { Mentor } from '@peerlearn/contract/users'
import { z } from 'zod'
import type { DbOrTrx } from '../db.ts'
import { findMentors, toMentor } from './queries.ts'

interface Wanted {
  q?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** One page of the mentors by name. The cursor is the last one's id, whose place the database knows. */
export async function listMentors(
  db: DbOrTrx,
  { q, cursor, limit }: Wanted,
): Promise<{ items: Mentor[]; nextCursor: string | null }> {
  if (cursor !== undefined && !z.uuid().safeParse(cursor).success)
    throw new AppError('bad-input', 'This page is not there.', { cursor: 'Not a cursor of this list.' })
  const rows = await findMentors(db, { q, after: cursor, limit: limit + 1 })
  const items = rows.slice(0, limit).map(toMentor)
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
}
