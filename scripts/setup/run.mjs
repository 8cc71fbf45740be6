import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The checkout's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

const running = new Set()
let guardian

/**
 * Runs a program to its end without showing its output, in a process group of its own. `onOutput` is given each piece of it.
 * Resolves with {code, output} (both streams, the last 200 kB); never rejects for an exit code.
 */
export function run(command, args, { cwd = ROOT, env = process.env, timeout, onOutput } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    running.add(child)
    if (child.pid) guard(child.pid, 'TERM')
    let output = ''
    const keep = (data) => {
      output = (output + data).slice(-200_000)
      onOutput?.(String(data))
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    const timer = timeout && setTimeout(() => endGroup(child, 'SIGKILL'), timeout)
    child.on('error', (error) => {
      running.delete(child)
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code) => {
      running.delete(child)
      if (child.pid) guard(child.pid, 'gone')
      clearTimeout(timer)
      resolve({ code: code ?? 1, output })
    })
  })
}

/** Ends every program that run() started and that still goes, with whatever they started themselves. */
export function endRunning(signal = 'SIGTERM') {
  for (const child of running) endGroup(child, signal)
}

/** The last lines of a program's output, indented, for an error message. */
export function tail(output, lines = 15) {
  const kept = output.trimEnd().split('\n').slice(-lines)
  return kept.map((line) => `    ${line}`).join('\n')
}

/** Tells the guardian, which ends what we started should we be killed (see guardian.sh); it goes when we do. */
function guard(pid, word) {
  if (!guardian) {
    guardian = spawn('/bin/sh', [`${ROOT}/scripts/launch/guardian.sh`], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    guardian.stdin.on('error', () => {})
    guardian.unref()
    guardian.stdin.unref()
  }
  guardian.stdin.write(`${pid} ${word}\n`)
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch {
    // Already gone.
  }
}
