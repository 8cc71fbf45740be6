/** A database that hangs: it takes what it is sent, and does not answer. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDb, isAway, type Db } from '../src/db.ts'
import { fileDatabase } from './harness.ts'

const limitMs = 200
const sockets = new Set<Socket>()
let hangs = false
let db: Db

const server = createServer((near) => {
  const far = connect(Number(new URL(direct).port), new URL(direct).hostname)
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    sockets.add(from)
    from.on('error', () => undefined)
    from.on('close', () => to.destroy())
    from.on('data', (data) => void (hangs ? held.push(() => to.write(data)) : to.write(data)))
  }
})
const held: (() => void)[] = []
let direct: string

const hang = () => (hangs = true)
/** What was sent meanwhile arrives now. */
const goOn = () => {
  hangs = false
  for (const pass of held.splice(0)) pass()
}

beforeAll(async () => {
  direct = await fileDatabase()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = new URL(direct)
  url.hostname = '127.0.0.1'
  url.port = String((server.address() as AddressInfo).port) // it listens on no pipe
  db = createDb(url.href, 1, limitMs)
})
afterAll(async () => {
  await db.destroy()
  for (const socket of sockets) socket.destroy()
  server.close()
})

const reason = (asking: Promise<unknown>) =>
  asking.then(
    () => undefined,
    (error: unknown) => error,
  )

it('tells who waits that the database is away, and serves them when it is back', async () => {
  await sql`select 1`.execute(db)
  hang()
  expect(isAway(await reason(sql`select 1`.execute(db)))).toBe(true)
  goOn()
  await sql`select 1`.execute(db)
})

it('leaves nobody in the transaction of one that was given up', async () => {
  hang()
  const begun = db.transaction().execute((trx) => sql`select 1`.execute(trx))
  expect(isAway(await reason(begun))).toBe(true)
  goOn()
  // In one transaction it would be the same moment for ever.
  const now = async () => (await sql<{ now: string }>`select now()::text as now`.execute(db)).rows[0]!.now
  expect(await now()).not.toBe(await now())
})

it('ends a statement that takes too long', async () => {
  expect(isAway(await reason(sql`select pg_sleep(5)`.execute(db)))).toBe(true)
  await sql`select 1`.execute(db)
})
