/** Folders of the user without rights that Postgres and coturn run as. */
import { chownSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { canUse, makeOpenFolder, OPEN_FOLDER, type Account } from '../setup/postgres-account.mjs'
import { refusalFor } from '../setup/refusal.mjs'

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
  symlinkSync(mkdtempSync(join(makeOpenFolder(), 'data-')), path)
}
