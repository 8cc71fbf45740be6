/** What nobody needs any more is not kept. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { forgetOldRows } from '../src/retention.ts'
import { startServer } from './harness.ts'

test('old notices, ended logins and what was under way go; what is needed stays', async () => {
  const { db, person } = await startServer()
  const { userId, loginId } = await person()
  const notice = (title: string, days: number, key: string | null) =>
    sql`insert into notification (id, account_id, title, message, key, created_at)
      values (${newId()}, ${userId}, ${title}, '', ${key}, now() - make_interval(days => ${days}))`.execute(
      db,
    )
  await notice('fresh', 179, null)
  await notice('old', 181, null)
  await notice('old, told once for ever', 181, 'refund:one')
  await notice('older than anything that tells', 366, 'refund:two')
  await notice('old, told with what it was about', 181, 'once:one')
  const event = (id: string, days: number) =>
    sql`insert into webhook_event (id, kind, received_at) values (${id}, 'payment.captured', now() - make_interval(days => ${days}))`.execute(
      db,
    )
  await event('recent', 89)
  await event('old', 91)
  const login = async (days: number) => {
    const id = newId()
    await sql`insert into login (id, account_id, token_hash, expires_at)
      values (${id}, ${userId}, ${Buffer.from(id)}, now() - make_interval(days => ${days}))`.execute(db)
    return id
  }
  const [late] = [await login(29), await login(31)]
  for (const [hash, left] of [
    ['over', '-1 minute'],
    ['alive', '1 minute'],
  ] as const) {
    const row = Buffer.from(hash)
    await sql`insert into mail_token (hash, account_id, purpose, email, expires_at)
      values (${row}, ${userId}, 'verify-email', 'a@b.c', now() + ${left}::interval)`.execute(db)
    await sql`insert into sign_in_step (hash, kind, data, expires_at)
      values (${row}, 'passkey', '{}', now() + ${left}::interval)`.execute(db)
    await sql`insert into socket_ticket (hash, login_id, expires_at)
      values (${row}, ${loginId}, now() + ${left}::interval)`.execute(db)
  }

  await forgetOldRows(db)
  await forgetOldRows(db)

  const titles = await db.selectFrom('notification').select('title').orderBy('created_at').execute()
  expect(titles.map(({ title }) => title)).toEqual(['old, told once for ever', 'fresh'])
  const events = await db.selectFrom('webhook_event').select('id').execute()
  expect(events).toEqual([{ id: 'recent' }])
  const logins = await db.selectFrom('login').select('id').execute()
  expect(logins.map(({ id }) => id).sort()).toEqual([loginId, late].sort())
  for (const table of ['mail_token', 'sign_in_step', 'socket_ticket'] as const) {
    const rows = await db.selectFrom(table).select('hash').execute()
    expect(
      rows.map(({ hash }) => String(hash)),
      table,
    ).toEqual(['alive'])
  }
})
