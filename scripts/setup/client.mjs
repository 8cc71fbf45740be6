import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { npmCommand, toolEnvironment } from './node.mjs'
import { Refusal } from './refusal.mjs'
import { ROOT, run, tail } from './run.mjs'

const STAMP = join(ROOT, 'node_modules', '.cache', 'peerlearn', 'client.sha256')
const INDEX = join(ROOT, 'client', 'dist', 'index.html')
/** Everything that the built client depends on; e2e/ and dist/ are not among it. */
const SOURCES = ['client', 'server/contract', 'package-lock.json']
const IGNORED = new Set(['node_modules', 'dist', 'e2e', 'test-results'])

/** True when client/dist was built from the sources as they are now. */
export function clientIsCurrent() {
  return existsSync(INDEX) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sourcesHash()
}

/** Builds the client; the stamp is written last, so that a build cut short is made again. */
export async function buildClient() {
  if (/[#?]/.test(ROOT))
    throw new Refusal(`Vite cannot build in ${ROOT}, for the # or ? in its name: move the checkout.`)
  const hash = sourcesHash()
  const [npm, ...args] = npmCommand()
  const { code, output } = await run(npm, [...args, 'run', 'build', '-w', 'client'], {
    env: toolEnvironment(),
  })
  if (code !== 0) throw new Refusal(explain(output))
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, hash)
}

function explain(output) {
  if (/ENOSPC/.test(output)) return `The disk is full: the client's build does not fit in ${ROOT}.`
  const told = output.split('\n').filter((line) => !line.startsWith('npm '))
  return `The client's build failed:\n${tail(told.join('\n'), 25)}`
}

function sourcesHash() {
  const hash = createHash('sha256')
  for (const source of SOURCES) addToHash(hash, join(ROOT, source))
  return hash.digest('hex')
}

function addToHash(hash, path) {
  let entries
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch {
    hash.update(path.slice(ROOT.length)).update(readFileSync(path))
    return
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!IGNORED.has(entry.name) && (entry.isFile() || entry.isDirectory()))
      addToHash(hash, join(path, entry.name))
  }
}
