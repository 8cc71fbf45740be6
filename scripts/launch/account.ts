import { spawnSync } from 'node:child_process'
import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { Refusal, refusalFor } from '../setup/refusal.mjs'

/** A user without rights; Postgres refuses to run as root, and coturn has no need to. */
export interface Account {
  name: string
  uid: number
  gid: number
}

/** Where things lie that such a user must reach when the data folder is closed to it. */
export const OPEN_FOLDER = '/var/lib/peerlearn'

/** The first of these users that the machine has; undefined when we are not root, and everything runs as ourselves. */
export function unprivileged(names: string[]): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const wanted of names) {
    const [name, , uid, gid] = users.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? []
    if (name) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new Refusal(
    `This machine has none of the users ${names.join(', ')}, and Postgres does not run as root.`,
  )
}

/** Can this account enter a folder (or run a file)? Asked of the system itself, which knows every rule. */
export function canUse(account: Account | undefined, path: string): boolean {
  if (!account) return true
  const { uid, gid } = account
  return spawnSync('test', ['-x', path], { uid, gid, cwd: '/' }).status === 0
}

/**
 * Makes an empty folder that belongs to the account alone, at `path` if the account can get there, else under
 * /var/lib/peerlearn with a link at `path`. Returns the real folder.
 */
export function makeOwnFolder(path: string, account: Account | undefined): string {
  const parent = join(path, '..')
  try {
    if (canUse(account, parent)) mkdirSync(path, { mode: 0o700 })
    else linkToOpenFolder(path)
  } catch (error) {
    throw refusalFor(error, path)
  }
  const real = realFolder(path)
  if (account) chownSync(real, account.uid, account.gid)
  return real
}

/** Removes what makeOwnFolder made, the linked folder included; nothing there is fine. */
export function removeOwnFolder(path: string): void {
  const entry = lstatSync(path, { throwIfNoEntry: false })
  if (entry?.isSymbolicLink() && readlinkSync(path).startsWith(`${OPEN_FOLDER}/`))
    rmSync(readlinkSync(path), { recursive: true, force: true })
  rmSync(path, { recursive: true, force: true })
}

/** The folder itself, behind the link if there is one. */
export function realFolder(path: string): string {
  return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : path
}

function linkToOpenFolder(path: string): void {
  mkdirSync(OPEN_FOLDER, { recursive: true, mode: 0o755 })
  symlinkSync(mkdtempSync(join(OPEN_FOLDER, 'data-')), path)
}
