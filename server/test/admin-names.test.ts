/** The live view goes on when the database does not: what it can't name it shows without a name. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { Names } from '../src/admin/names.ts'
import { createLog } from '../src/log.ts'
import { openDb } from './harness.ts'

test('a database that hangs holds up no figures', async () => {
  const db = await openDb()
  const names = new Names(db, createLog('silent'))
  const room = { sessionId: randomUUID() }
  // of a measurement only its rooms and people are looked at
  const measured = { rooms: [room], people: [] } as unknown as Parameters<Names['give']>[0]
  await db.transaction().execute(async (trx) => {
    await trx.executeQuery(sql`lock table session in access exclusive mode`.compile(trx))
    const began = performance.now()
    expect(await names.give(measured)).toEqual({ rooms: [], people: [] })
    expect(performance.now() - began).toBeLessThan(4_000)
  })
})
