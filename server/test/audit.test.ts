/** The audit log: rows that are changed, missing or cut off are found. */
import { auditRoutes } from '@peerlearn/contract/audit'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { audit, type AuditFact } from '../src/audit/audit.ts'
import { verifyAudit } from '../src/audit/verify.ts'
import type { Db, DbOrTrx } from '../src/db.ts'
import { newSession } from './factories.ts'
import { openDb, startServer } from './harness.ts'

let db: Db

const fact = (subject: string): AuditFact => ({
  actorId: null,
  action: 'account.suspended',
  subject,
  data: { zebra: 1, apple: { b: [1, null, 'ä'], a: true } },
})

const write = (subject: string) => db.transaction().execute((trx) => audit(trx, fact(subject)))

class Undone extends Error {}

/** What is found after a change by somebody with the database's own password; the change is undone. */
async function afterTampering(change: string, look: (trx: DbOrTrx) => Promise<void>): Promise<void> {
  const tampered = db.transaction().execute(async (trx) => {
    await sql`alter table audit_event disable trigger audit_event_append_only`.execute(trx)
    await sql.raw(change).execute(trx)
    await look(trx)
    throw new Undone()
  })
  await expect(tampered).rejects.toThrow(Undone)
}

beforeAll(async () => {
  db = await openDb()
  for (const subject of ['account:1', 'account:2', 'account:3']) await write(subject)
})

test('holds as it was written, also when many write at once', async () => {
  const outside = (subject: string) => audit(db, fact(subject))
  await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 ? write : outside)(`account:${i}`)))
  expect(await verifyAudit(db)).toMatchObject({ rows: 23, fault: null })
})

test('takes no change and no deletion', async () => {
  await expect(sql`update audit_event set action = 'x'`.execute(db)).rejects.toThrow('append-only')
  await expect(sql`delete from audit_event`.execute(db)).rejects.toThrow('append-only')
})

test.each([
  ['a changed word', "update audit_event set subject = 'account:9' where seq = 2", 2],
  ['a changed amount', `update audit_event set data = data || '{"zebra": 2}' where seq = 3`, 3],
  ['a moved time', "update audit_event set at = at + interval '1 second' where seq = 1", 1],
  ['a missing row', 'delete from audit_event where seq = 2', 2],
  ['a row with a hash of its own', "update audit_event set hash = sha256('x') where seq = 2", 2],
])('%s is found', (_what, change, seq) =>
  afterTampering(change, async (trx) => {
    expect((await verifyAudit(trx)).fault?.seq).toBe(seq)
  }),
)

test('rows cut off at the end, and a chain written anew, are found by a noted head', async () => {
  const { head, rows } = await verifyAudit(db)
  await afterTampering(`delete from audit_event where seq = ${rows}`, async (trx) => {
    expect((await verifyAudit(trx)).fault).toBeNull()
    expect((await verifyAudit(trx, head!)).fault?.seq).toBe(rows)
    await audit(trx, fact('account:somebody else'))
    expect((await verifyAudit(trx, head!)).fault?.why).toBe('it is not the row that was noted')
  })
})

test('an admin reads it with names, newest first, page by page; nobody else does', async () => {
  const server = await startServer()
  const admin = await server.person({ roles: ['admin'], name: 'Boss' })
  const asha = await server.person({ name: 'Asha' })
  const { db: log } = server
  const sessionId = await newSession(log, { mentorId: admin.userId, title: 'Read a balance sheet' })
  await audit(log, { actorId: null, action: 'attendance.corrected', subject: `session:${sessionId}` })
  await audit(log, { actorId: admin.userId, action: 'node.drain-begun', subject: 'node:sfu-1' })
  const data = { because: 'spam' }
  await audit(log, {
    actorId: admin.userId,
    action: 'account.suspended',
    subject: `account:${asha.userId}`,
    data,
  })
  const read = (query: { cursor?: string; limit?: number }) =>
    server.api(auditRoutes.entries, { query }, admin)

  const first = await read({ limit: 2 })
  const boss = { id: admin.userId, name: 'Boss' }
  expect(first.items).toMatchObject([
    { actor: boss, action: 'account.suspended', subjectName: 'Asha', data },
    { actor: boss, action: 'node.drain-begun', subject: 'node:sfu-1', subjectName: null },
  ])
  const second = await read({ cursor: first.nextCursor ?? '', limit: 1 })
  expect(second.items).toMatchObject([
    { actor: null, action: 'attendance.corrected', subjectName: 'Read a balance sheet' },
  ])
  expect(await read({ cursor: '2' })).toMatchObject({ items: [{ seq: 1 }], nextCursor: null })
  await expect(server.api(auditRoutes.entries, { query: {} }, asha)).rejects.toMatchObject({
    code: 'forbidden',
  })
})
