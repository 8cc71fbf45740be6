import { createHash } from 'node:crypto'
import { linkSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ROOT } from './run.mjs'

/** Lets one set-up at a time work in this checkout: a second `npm start` beside it waits for the first one's end. */
export async function withSetupLock(work) {
  const path = lockPath()
  while (!take(path)) await sleep(200)
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

function lockPath() {
  const name = createHash('sha256').update(ROOT).digest('hex').slice(0, 16)
  return join(tmpdir(), `peerlearn-setup-${process.getuid?.() ?? 0}-${name}.lock`)
}

/** A hard link is made at once and only if the name is free: no moment has a lock file without its pid in it. */
function take(path) {
  const folder = mkdtempSync(join(tmpdir(), 'peerlearn-setup-'))
  try {
    const own = join(folder, 'pid')
    writeFileSync(own, String(process.pid))
    linkSync(own, path)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isAlive(readPid(path))) rmSync(path, { force: true })
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readPid(path) {
  try {
    return Number(readFileSync(path, 'utf8'))
  } catch {
    return 0
  }
}

function isAlive(pid) {
  if (!pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
