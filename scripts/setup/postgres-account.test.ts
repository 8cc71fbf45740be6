import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeOpenFolder, requirePostgresPlace } from './postgres-account.mjs'

let closed: string
beforeEach(() => {
  closed = mkdtempSync(join(tmpdir(), 'peerlearn-account-'))
  chmodSync(closed, 0o700)
})
afterEach(() => rmSync(closed, { recursive: true, force: true }))

const data = () => join(closed, 'data')
/** Only of root is Postgres another user, who may be shut out. */
const isRoot = process.getuid?.() === 0

test('root is told before anything is built that Postgres can enter no folder, with ways on', () => {
  const ask = () => requirePostgresPlace(data(), {}, join(closed, 'open'))
  if (isRoot) expect(ask).toThrow(/may not enter .*set DATA_DIR .*DATABASE_URL/)
  else expect(ask).not.toThrow()
})

test('root is told when the folder in its place can’t be made', () => {
  const ask = () => requirePostgresPlace(data(), {}, '/proc/nowhere/open')
  if (isRoot) expect(ask).toThrow(/\/proc\/nowhere\/open can't be used/)
  else expect(ask).not.toThrow()
})

test('nothing is asked with another Postgres, or with a database that is there', () => {
  const open = join(closed, 'open')
  expect(() => requirePostgresPlace(data(), { DATABASE_URL: 'postgres://elsewhere' }, open)).not.toThrow()
  mkdirSync(join(data(), 'postgres'), { recursive: true })
  expect(() => requirePostgresPlace(data(), {}, open)).not.toThrow()
})

test('the open folder can be entered by everybody, also under a strict umask', () => {
  const before = process.umask(0o077)
  try {
    expect(statSync(makeOpenFolder(join(closed, 'open'))).mode & 0o777).toBe(0o755)
  } finally {
    process.umask(before)
  }
})
