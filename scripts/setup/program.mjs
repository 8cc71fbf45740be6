// Set-up as on a fresh machine, what a program needs of the system, then the program itself: for npm test and npm run bench.
import { spawn } from 'node:child_process'
import { modernNode, toolEnvironment } from './node.mjs'
import { onStopRequest } from './processes.mjs'
import { runMain } from './refusal.mjs'
import { ROOT, endRunning } from './run.mjs'
import { installSystemPackages } from './system-packages.mjs'
import { setUp } from '../setup.mjs'

/** Runs this program of the checkout to its end and exits with its code; further arguments are the caller's own. */
export async function runProgram(...program) {
  let child
  // A program cleans up after itself when asked to; a set-up step is ended at once.
  onStopRequest((code) => {
    endRunning()
    if (child) child.kill('SIGTERM')
    else process.exit(code)
  })
  await runMain(async () => {
    const worker = await setUp()
    await installSystemPackages()
    const env = { ...toolEnvironment(), MEDIASOUP_WORKER_BIN: worker }
    child = spawn(modernNode(), [...program, ...process.argv.slice(2)], { cwd: ROOT, env, stdio: 'inherit' })
    process.exitCode = await new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('exit', (code) => resolve(code ?? 1))
    })
  })
}
