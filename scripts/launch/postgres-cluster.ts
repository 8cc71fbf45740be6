import {
  chownSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal, refusalFor } from '../setup/refusal.mjs'
import { requireFreeSpace } from '../setup/place.mjs'
import { canUse, type Account } from '../setup/postgres-account.mjs'
import { tail } from '../setup/run.mjs'
import { makeOwnFolder, realFolder, removeOwnFolder } from './account.ts'
import type { Guardian } from './guardian.ts'
import type { Binaries } from './postgres-binaries.ts'
import { runOnce } from './run-once.ts'

export interface ClusterOptions {
  /** DATA_DIR; the cluster is its folder `postgres`, or what the link of that name points to. */
  dataDir: string
  password: string
  guardian: Guardian
  say: (text: string) => void
}

/** The account that owns an existing cluster, for which Postgres must run; `fallback` when there is none yet. */
export function clusterAccount(dataDir: string, fallback: Account | undefined): Account | undefined {
  const path = join(dataDir, 'postgres')
  if (!lstatSync(path, { throwIfNoEntry: false })) return fallback
  if (!existsSync(path))
    throw new Refusal(
      `The database is gone: ${path} points to ${realFolder(path)}, which does not exist. Bring it back, or remove the link to begin anew.`,
    )
  const { uid, gid } = statSync(path)
  if (fallback) return uid === fallback.uid ? fallback : { name: `number ${uid}`, uid, gid }
  if (uid !== process.getuid?.())
    throw new Refusal(
      `The database in ${path} belongs to another user (number ${uid}): start as that user or as root.`,
    )
  return undefined
}

/**
 * The folder of the database cluster, made by initdb if there is none. It is made under another name and renamed when
 * it is whole, so that a start cut short leaves nothing that looks like a database.
 */
export async function findOrMakeCluster(
  binaries: Binaries,
  account: Account | undefined,
  options: ClusterOptions,
): Promise<string> {
  const path = join(options.dataDir, 'postgres')
  const unfinished = join(options.dataDir, 'postgres.new')
  removeOwnFolder(unfinished)
  if (!existsSync(path)) {
    try {
      const real = makeOwnFolder(unfinished, account)
      if (real !== unfinished)
        options.say(
          `The user ${account?.name} cannot reach ${options.dataDir}: the database is kept in ${real}.`,
        )
      requireFreeSpace(real)
      await initialise(real, binaries, account, options)
      renameSync(unfinished, path)
    } catch (error) {
      removeOwnFolder(unfinished)
      throw error
    }
  }
  const folder = realFolder(path)
  requireUsable(folder, binaries, account)
  return folder
}

/**
 * Removes the lock file that a killed Postgres left, once nothing works in its folder any more: a session that outlived
 * its postmaster would damage the data beside a new one. Our own lock says that no other launcher uses the folder.
 */
export async function clearLeftovers(folder: string): Promise<void> {
  const lock = join(folder, 'postmaster.pid')
  if (!existsSync(lock)) return
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    for (const pid of workingIn(folder)) end(pid, signal)
    for (let tries = 0; tries < 30 && workingIn(folder).length > 0; tries++) await sleep(100)
  }
  rmSync(lock, { force: true })
}

async function initialise(
  folder: string,
  binaries: Binaries,
  account: Account | undefined,
  options: ClusterOptions,
) {
  // Beside the data: the folder for temporary files may be closed to the account.
  const secret = join(options.dataDir, 'initdb')
  removeOwnFolder(secret)
  try {
    const passwordFile = join(makeOwnFolder(secret, account), 'password')
    writePassword(passwordFile, options.password, account)
    const args = [
      '-D',
      folder,
      '-U',
      'peerlearn',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
    ]
    // Postgres's own locale: the same on every machine, whatever locales it has.
    args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
    const { code, output } = await runOnce(binaries.initdb, args, { account, guardian: options.guardian })
    if (code !== 0) throw new Refusal(explain(output, folder))
  } finally {
    removeOwnFolder(secret)
  }
}

function writePassword(path: string, password: string, account: Account | undefined): void {
  try {
    writeFileSync(path, password, { mode: 0o600 })
  } catch (error) {
    throw refusalFor(error, path)
  }
  if (account) chownSync(path, account.uid, account.gid)
}

/** Why Postgres ended, for a person. */
export function explain(output: string, folder: string): string {
  if (/No space left on device|ENOSPC/.test(output))
    return `The disk is full: the database in ${folder} cannot be written. Free some space and start again.`
  if (/Permission denied/.test(output))
    return `No right to write the database in ${folder}:\n${tail(output, 3)}`
  return `Postgres does not start:\n${tail(output, 8)}`
}

function requireUsable(folder: string, binaries: Binaries, account: Account | undefined): void {
  const major = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  if (major !== binaries.major)
    throw new Refusal(
      `The database in ${folder} was made by Postgres ${major} and this PeerLearn brings ${binaries.major}: move it with pg_dump, or set DATABASE_URL to a Postgres ${major}.`,
    )
  if (!canUse(account, folder))
    throw new Refusal(
      `The user ${account?.name} can no longer reach the database in ${folder}: open the folders above it (chmod o+x).`,
    )
}

/** Every process of Postgres has its data folder as its working directory. */
function workingIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && workingDirectory(name) === folder)
    .map(Number)
}

function workingDirectory(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    // Another user's process, or gone already.
    return undefined
  }
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has just ended.
  }
}
