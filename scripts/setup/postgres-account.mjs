// The user that the built-in Postgres runs as, and whether it can: asked before anything that takes long.
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder, requireFreeSpace } from './place.mjs'
import { Refusal, refusalFor } from './refusal.mjs'
import { ROOT } from './run.mjs'

/** Where things lie that such a user must reach when the data folder is closed to it. */
export const OPEN_FOLDER = '/var/lib/peerlearn'

const WAYS_ON =
  'start as a user who is not root, set DATA_DIR to a folder that everybody may enter (and move the checkout there too), or set DATABASE_URL to a Postgres of your own'

/** The first of these users that the machine has; undefined when we are not root, and everything runs as ourselves. */
export function unprivileged(names) {
  if (process.getuid?.() !== 0) return undefined
  const users = readFileSync('/etc/passwd', 'utf8').split('\n')
  for (const wanted of names) {
    const [name, , uid, gid] = users.find((line) => line.startsWith(`${wanted}:`))?.split(':') ?? []
    if (name) return { name, uid: Number(uid), gid: Number(gid) }
  }
  throw new Refusal(
    `This machine has none of the users ${names.join(', ')}, and Postgres does not run as root: make one, or start as a user who is not root.`,
  )
}

/** Can this account enter a folder (or run a file)? Asked of the system itself, which knows every rule. */
export function canUse(account, path) {
  if (!account) return true
  const { uid, gid } = account
  return spawnSync('test', ['-x', path], { uid, gid, cwd: '/' }).status === 0
}

/** The open folder, made if it is not there; whatever the umask, everybody may enter it. */
export function makeOpenFolder(folder = OPEN_FOLDER) {
  if (existsSync(folder)) return folder
  makeFolder(folder)
  chmodSync(folder, 0o755)
  return folder
}

/**
 * Refuses when the built-in Postgres could neither use the checkout and the data folder nor the open folder in their
 * place. With another Postgres, and with a database that is there already, there is nothing to ask.
 */
export function requirePostgresPlace(dataDir, env = process.env, open = OPEN_FOLDER) {
  if (env.DATABASE_URL || env.NODE_ENV === 'production' || existsSync(join(dataDir, 'postgres'))) return
  const account = unprivileged(['postgres', 'nobody'])
  const closed = [ROOT, dataDir].filter((folder) => !canUse(account, folder))
  if (closed.length === 0) return
  const why = `Postgres does not run as root, and the user ${account.name} may not enter ${closed.join(' and ')}`
  try {
    makeOpenFolder(open)
  } catch (error) {
    const { message } = refusalFor(error, open)
    throw new Refusal(`${why}; in its place ${open} can't be used: ${message}\nInstead ${WAYS_ON}.`)
  }
  if (!canUse(account, open))
    throw new Refusal(`${why}, nor ${open}: open that folder (chmod 755 ${open}), or ${WAYS_ON}.`)
  requireFreeSpace(open)
}
