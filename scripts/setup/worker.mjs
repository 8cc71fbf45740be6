import { accessSync, constants, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { modernNode } from './node.mjs'
import { Refusal, refusalFor } from './refusal.mjs'
import { ROOT, run, tail } from './run.mjs'
import { step } from './steps.mjs'
import { downloadAddress, downloadWorker } from './worker-download.mjs'

const PACKAGE = join(ROOT, 'node_modules', 'mediasoup')
const SCRIPTS = join(ROOT, 'scripts', 'mediasoup-worker')
const TRIED = join(ROOT, 'node_modules', '.cache', 'peerlearn', 'worker.json')

/**
 * The path of a media worker that runs and fits the installed mediasoup: MEDIASOUP_WORKER_BIN if that is set, else the
 * cached one; undefined when there is none yet. A worker is tried once and then known by its size and time.
 */
export async function findWorker() {
  const named = process.env.MEDIASOUP_WORKER_BIN
  if (named) {
    if (!existsSync(named))
      throw new Refusal(`MEDIASOUP_WORKER_BIN names a file that does not exist: ${named}`)
    const fault = await faultOf(named)
    if (fault)
      throw new Refusal(`MEDIASOUP_WORKER_BIN (${named}) is no mediasoup-worker ${version()}: ${fault}`)
    return named
  }
  for (const cached of cachePaths()) if (existsSync(cached) && !(await faultOf(cached))) return cached
  return undefined
}

/** Downloads the worker, or builds it where that fails, into the user's cache. Returns its path. */
export async function obtainWorker() {
  const path = usableCachePath()
  const why = await step('Downloading the media worker', async () => {
    const fault = (await downloadWorker(PACKAGE, path)) ?? (await faultOf(path))
    return fault ? { done: `The media worker's download is of no use here: ${fault}`, fault } : undefined
  })
  if (why)
    await step('Building the media worker from its source (some minutes, once on this machine)', (tell) =>
      buildWorker(path, why.fault, tell),
    )
  return path
}

async function buildWorker(path, why, tell) {
  const onOutput = (text) => {
    const far = progressIn(text)
    if (far) tell(far)
  }
  const { code, output } = existsSync('/usr/bin/apt-get')
    ? await run(join(SCRIPTS, 'build.sh'), [PACKAGE, path], { onOutput })
    : { code: 3, output: '' }
  if (code === 3) throw new Refusal(howToGet(path, why))
  if (code !== 0) throw new Refusal(`The media worker could not be built:\n${tail(output)}`)
  const fault = await faultOf(path)
  if (fault) throw new Refusal(`The media worker that was built does not work: ${fault}`)
}

/** What build.sh's output says of how far it is: the name of a part, or the files that ninja has done. */
export function progressIn(text) {
  const [last] = [...text.matchAll(/^(?:== (?<part>.+)|\[(?<done>\d+)\/(?<all>\d+)\] .*)$/gm)].slice(-1)
  if (!last) return undefined
  const { part, done, all } = last.groups
  return part ?? `${done} of ${all} files`
}

function howToGet(path, why) {
  return [
    `PeerLearn needs mediasoup-worker ${version()}. Its download failed (${why}), and building it needs packages that only root may install.`,
    `On Debian or Ubuntu run once: sudo ${join(SCRIPTS, 'build.sh')} ${PACKAGE} ${path}`,
    `Elsewhere put the binary of ${downloadAddress(PACKAGE)} there, or name one in MEDIASOUP_WORKER_BIN.`,
  ].join('\n')
}

/** What is wrong with this worker, or undefined. */
async function faultOf(path) {
  const { size, mtimeMs } = statSync(path)
  const identity = JSON.stringify({ path, size, mtimeMs, version: version() })
  if (existsSync(TRIED) && readFileSync(TRIED, 'utf8') === identity) return undefined
  const { code, output } = await run(modernNode(), [join(SCRIPTS, 'try.mjs'), path])
  if (code !== 0) return output.trim().split('\n').pop() || `it ends with code ${code}`
  mkdirSync(dirname(TRIED), { recursive: true })
  writeFileSync(TRIED, identity)
  return undefined
}

function version() {
  return JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version
}

/** Outside the checkout, so that every clone of this user shares it; inside where the user has no home to write in. */
function cachePaths() {
  const home = homeFolder()
  const outside = process.env.XDG_CACHE_HOME || (home && join(home, '.cache'))
  const name = `mediasoup-worker-${version()}-${process.platform}-${process.arch}`
  const folders = [outside, join(ROOT, 'node_modules', '.cache')].filter(Boolean)
  return folders.map((folder) => join(folder, 'peerlearn', name))
}

function usableCachePath() {
  let fault
  for (const path of cachePaths()) {
    try {
      mkdirSync(dirname(path), { recursive: true })
      accessSync(dirname(path), constants.W_OK)
      return path
    } catch (error) {
      fault = refusalFor(error, dirname(path))
    }
  }
  throw fault
}

function homeFolder() {
  try {
    const home = homedir()
    return statSync(home).isDirectory() ? home : undefined
  } catch {
    return undefined
  }
}
