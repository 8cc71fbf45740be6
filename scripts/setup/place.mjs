// The two things that a copy of PeerLearn owns on a machine: its port and its data folder.
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { identify, isRunning } from './processes.mjs'
import { Refusal, refusalFor } from './refusal.mjs'
import { ROOT } from './run.mjs'

const LOCK = 'launcher.lock'
/** Postgres and the logs must be able to go on for a while; a first start writes about 50 MB. */
const FREE_MEGABYTES = 100

/** PORT and DATA_DIR (relative to the checkout), checked. */
export function readPlace(env = process.env) {
  const port = Number(env.PORT || 3000)
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Refusal(`PORT must be a number from 1 to 65535, not "${env.PORT}".`)
  return { port, dataDir: resolve(ROOT, env.DATA_DIR || 'data') }
}

/** Refuses when another program listens on the port. */
export async function requirePort(port) {
  const code = await listenOnce(port)
  if (code === 'EADDRINUSE')
    throw new Refusal(
      `Port ${port} is in use by another program: stop it, or start with another one: PORT=${port + 1} npm start`,
    )
  if (code === 'EACCES') throw new Refusal(`No right to listen on port ${port}: choose one above 1023.`)
}

function listenOnce(port) {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', (error) => done(error.code))
    server.listen(port, () => server.close(() => done(undefined)))
  })
}

/** Makes the data folder, and refuses when it cannot be written or its disk is full. */
export function prepareDataDir(dataDir) {
  try {
    makeFolder(dataDir)
    const probe = join(dataDir, `.probe-${process.pid}`)
    writeFileSync(probe, Buffer.alloc(65536))
    rmSync(probe)
  } catch (error) {
    throw refusalFor(error, `DATA_DIR (${dataDir})`)
  }
  requireFreeSpace(dataDir)
}

/** Parents first, one by one: Node's recursive mkdir hides a read-only disk, and never ends under /proc. */
export function makeFolder(folder) {
  if (existsSync(folder)) return
  makeFolder(dirname(folder))
  try {
    mkdirSync(folder, { mode: 0o755 })
  } catch (error) {
    if (error.code !== 'EEXIST') throw error // else another start was faster
  }
}

/** Refuses when the disk under a folder is (nearly) full. */
export function requireFreeSpace(folder) {
  const { bavail, bsize } = statfsSync(folder)
  const free = Math.floor((bavail * bsize) / 1e6)
  if (free < FREE_MEGABYTES)
    throw new Refusal(
      `The disk is full: ${folder} has ${free} MB free and PeerLearn needs ${FREE_MEGABYTES}. Free some space, or set DATA_DIR to another disk.`,
    )
}

/** After a killed launcher its guardian still ends its processes for a moment; waits for that. */
export async function waitForLeftovers(dataDir) {
  for (let tries = 0; tries < 100; tries++) {
    const holder = readHolder(dataDir)
    if (!holder || isRunning(holder.launcher) || !isRunning(holder.guardian)) return
    await sleep(100)
  }
}

/**
 * Takes the data folder for this process until it ends or calls the returned function; one launcher at a time.
 * @param guardian the pid of the process that cleans up after a kill
 */
export function lockDataDir(dataDir, guardian) {
  const lock = join(dataDir, LOCK)
  const own = join(dataDir, `.lock-${process.pid}`)
  const holder = requireNoOther(dataDir)
  if (holder) rmSync(lock, { force: true })
  try {
    writeFileSync(own, JSON.stringify({ launcher: identify(process.pid), guardian: identify(guardian) }))
    linkSync(own, lock)
  } catch (error) {
    if (error.code === 'EEXIST') throw new Refusal(`PeerLearn is just starting with the data in ${dataDir}.`)
    throw refusalFor(error, `DATA_DIR (${dataDir})`)
  } finally {
    rmSync(own, { force: true })
  }
  return () => rmSync(lock, { force: true })
}

/** Refuses while a launcher runs with this folder; returns what one before left there. */
export function requireNoOther(dataDir) {
  const holder = readHolder(dataDir)
  if (holder && isRunning(holder.launcher))
    throw new Refusal(
      `PeerLearn already runs with the data in ${dataDir} (process ${Number.parseInt(holder.launcher, 10)}): stop it, or start with another DATA_DIR.`,
    )
  return holder
}

function readHolder(dataDir) {
  try {
    return JSON.parse(readFileSync(join(dataDir, LOCK), 'utf8'))
  } catch {
    return undefined
  }
}
