import { beforeAll, expect, test } from 'vitest'
import { newId, type Db } from '../src/db.ts'
import { DataUse } from '../src/rooms/data-use.ts'
import { newSession } from './factories.ts'
import { startServer, type TestServer } from './harness.ts'

let server: TestServer
let db: Db
beforeAll(async () => {
  server = await startServer()
  db = server.db
})

async function aPerson() {
  const mentor = await server.person({ roles: ['mentor'] })
  const { userId } = await server.person()
  const sessionId = await newSession(db, { mentorId: mentor.userId })
  const peer = { userId, nodeId: 'one', peerId: newId() }
  const fresh = async () => {
    const use = new DataUse(db, sessionId)
    await use.load([userId])
    return use
  }
  return { userId, peer, fresh }
}

test('counts each peer once, however often and on however many servers it is noted', async () => {
  const { userId, peer, fresh } = await aPerson()
  const [a, b] = [await fresh(), await fresh()]
  for (const bytes of [1_000, 2_000, 2_000, 5_000]) for (const use of [a, b]) use.note({ ...peer, bytes })
  await Promise.all([a.save(), b.save()])
  expect((await fresh()).used(userId)).toBe(5_000)
})

test('adds what other peers, other nodes, and the same peer made anew used', async () => {
  const { userId, peer, fresh } = await aPerson()
  const use = await fresh()
  use.note({ ...peer, bytes: 10_000 })
  use.note({ ...peer, nodeId: 'two', bytes: 3_000 })
  use.note({ ...peer, peerId: newId(), bytes: 2_000 })
  await use.save()
  expect(use.note({ ...peer, bytes: 400 })).toBe(400)
  expect(use.used(userId)).toBe(15_400)
  await use.save()
  expect((await fresh()).used(userId)).toBe(15_400)
})

test('is not made smaller by a server that comes late with what it knew', async () => {
  const { userId, peer, fresh } = await aPerson()
  const [slow, quick] = [await fresh(), await fresh()]
  slow.note({ ...peer, bytes: 8_000 })
  quick.note({ ...peer, bytes: 9_000 })
  await quick.save()
  await slow.save()
  expect((await fresh()).used(userId)).toBe(9_000)
  await slow.load([userId])
  expect(slow.used(userId)).toBe(9_000)
})

test('keeps for the next time what could not be written', async () => {
  const { userId, peer, fresh } = await aPerson()
  const use = await fresh()
  use.note({ ...peer, bytes: 700 })
  await db.schema.alterTable('data_use').renameTo('data_use_away').execute()
  await expect(use.save()).rejects.toThrow()
  await db.schema.alterTable('data_use_away').renameTo('data_use').execute()
  await use.save()
  expect((await fresh()).used(userId)).toBe(700)
})
