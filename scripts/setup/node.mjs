import { existsSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { Refusal } from './refusal.mjs'
import { ROOT } from './run.mjs'

const NEEDED = [22, 18]

/** A Node that runs TypeScript as it is (22.18 or newer): this one, or the one that the npm packages brought. */
export function modernNode() {
  const bundled = join(ROOT, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node')
  if (existsSync(bundled)) return bundled
  if (isModern(process.versions.node)) return process.execPath
  throw new Refusal(
    `PeerLearn needs Node ${NEEDED.join('.')} or newer. This machine has ${process.versions.node}, and npm could not bring one for ${process.platform}-${process.arch}: install it and start again.`,
  )
}

/** The environment for programs of this checkout: its own Node and tools come first on the PATH. */
export function toolEnvironment(env = process.env) {
  const path = [dirname(modernNode()), join(ROOT, 'node_modules', '.bin'), env.PATH ?? ''].join(delimiter)
  return { ...env, PATH: path }
}

/** The command line that runs the npm which started us, or the one on the PATH. */
export function npmCommand() {
  const path = process.env.npm_execpath
  return path && path.endsWith('.js') && existsSync(path) ? [process.execPath, path] : ['npm']
}

function isModern(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])
}
