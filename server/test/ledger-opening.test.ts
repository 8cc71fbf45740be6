/** A deployment that took money before it had books: its first entries explain every paisa. */
import { promises as fs } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { FileMigrationProvider, Migrator } from 'kysely/migration'
import { expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { findBalances } from '../src/ledger/ledger.ts'
import { verifyBooks } from '../src/ledger/verify.ts'
import { newDatabase, openDb } from './harness.ts'

const migrationFolder = path.join(import.meta.dirname, '../../migrations')
const provider = new FileMigrationProvider({
  fs,
  path,
  migrationFolder,
  import: (file) => import(pathToFileURL(file).href),
})

test('what was paid, given back and never paid before is in the books, to the paisa', async () => {
  const db = await openDb(await newDatabase())
  // As it was before seats and money had tables of their own.
  await sql`drop schema public cascade`.execute(db)
  await sql`create schema public`.execute(db)
  const migrator = new Migrator({ db, provider })
  expect((await migrator.migrateTo('2026-11-21-people')).error).toBeUndefined()
  const [mentor, learner, session] = [newId(), newId(), newId()]
  await sql`insert into account (id, email, password_hash, name, role) values
    (${mentor}, 'asha@peerlearn.test', '!', 'Asha', 'mentor'), (${learner}, 'bala@peerlearn.test', '!', 'Bala', 'learner')`.execute(
    db,
  )
  await sql`insert into session (id, mentor_id, title, description, starts_at, duration_minutes, capacity, price_paise)
    values (${session}, ${mentor}, 'Reading a balance sheet', 'What the numbers say.', now(), 60, 5, 500)`.execute(
    db,
  )
  for (const [booking, payment, seat] of [
    ['confirmed', 'captured', 1],
    ['expired', 'refunded', null],
    ['cancelled', 'refunded', null],
    ['expired', 'created', null],
  ] as const) {
    const id = newId()
    await sql`insert into booking (id, session_id, session_capacity, learner_id, seat, status, price_paise)
      values (${id}, ${session}, 5, ${learner}, ${seat}, ${booking}, 500)`.execute(db)
    await sql`insert into payment (id, booking_id, account_id, order_id, payment_id, amount_paise, status)
      values (${newId()}, ${id}, ${learner}, ${'order_' + id}, ${payment === 'created' ? null : 'pay_' + id}, 500, ${payment})`.execute(
      db,
    )
  }
  expect((await migrator.migrateToLatest()).error).toBeUndefined()
  expect(await verifyBooks(db)).toEqual([])
  expect([...(await findBalances(db))]).toEqual([
    ['gateway', 500],
    [`held:${mentor}`, -500],
  ])
})
