/** The schema is written by hand: this keeps it equal to what the migrations make. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { findMissingMigrations, knownMigrations } from '../src/migrations.ts'
import { openDb } from './harness.ts'

/** column → `null` if it may be, `default` if an insert may leave it out */
type Tables = Record<string, Record<string, string>>

const folder = join(import.meta.dirname, '../src/schema')
const sources = readdirSync(folder).map((file) =>
  ts.createSourceFile(file, readFileSync(join(folder, file), 'utf8'), ts.ScriptTarget.Latest, true),
)

function describeType(type: ts.TypeNode): string {
  const text = type.getText()
  const isNull = text === 'MaybeAt' || /\| null\b/.test(text)
  const hasDefault = text === 'At' || text.startsWith('Generated<')
  return [isNull && 'null', hasDefault && 'default'].filter(Boolean).join(' ')
}

function columnsOf(table: ts.TypeNode): Record<string, string> {
  const members = ts.isTypeLiteralNode(table) ? [...table.members] : []
  return Object.fromEntries(
    members
      .filter(ts.isPropertySignature)
      .map((column) => [column.name.getText(), describeType(column.type!)]),
  )
}

function declared(): Tables {
  const tables = sources
    .flatMap((source) => [...source.statements])
    .filter(ts.isInterfaceDeclaration)
    .flatMap((one) => one.members.filter(ts.isPropertySignature))
  return Object.fromEntries(tables.map((table) => [table.name.getText(), columnsOf(table.type!)]))
}

async function migrated(): Promise<Tables> {
  const db = await openDb()
  const { rows } = await sql<{ table: string; column: string; nullable: boolean; fills: boolean }>`
    select table_name as table, column_name as column, is_nullable = 'YES' as nullable, column_default is not null as fills
    from information_schema.columns
    where table_schema = 'public' and table_name not like 'kysely_%' order by table_name, ordinal_position`.execute(
    db,
  )
  const tables: Tables = {}
  for (const { table, column, nullable, fills } of rows)
    (tables[table] ??= {})[column] = [nullable && 'null', fills && 'default'].filter(Boolean).join(' ')
  return tables
}

test('the declared tables are those of the migrated database', async () => {
  expect(declared()).toEqual(await migrated())
})

test('knows whether a database is at the newest migration', async () => {
  const db = await openDb()
  expect(await findMissingMigrations(db, knownMigrations())).toEqual([])
  expect(await findMissingMigrations(db, [...knownMigrations(), '2099-01-01-later'])).toEqual([
    '2099-01-01-later',
  ])
  await sql`alter table kysely_migration rename to kysely_migration_away`.execute(db)
  expect(await findMissingMigrations(db, knownMigrations())).toEqual(knownMigrations())
})
