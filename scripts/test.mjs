#!/usr/bin/env node
// npm test: set-up as on a fresh machine, what the tests need of the system, then all tests.
// Arguments go to the runner: npm test -- --project unit
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { modernNode, toolEnvironment } from './setup/node.mjs'
import { onStopRequest } from './setup/processes.mjs'
import { runMain } from './setup/refusal.mjs'
import { ROOT, endRunning } from './setup/run.mjs'
import { installSystemPackages } from './setup/system-packages.mjs'
import { setUp } from './setup.mjs'

let runner
// The runner cleans up after itself when asked to; a set-up step is ended at once.
onStopRequest((code) => {
  endRunning()
  if (runner) runner.kill('SIGTERM')
  else process.exit(code)
})

await runMain(async () => {
  const worker = await setUp()
  await installSystemPackages()
  process.exitCode = await runTests(worker)
})

function runTests(worker) {
  const args = [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...process.argv.slice(2)]
  const env = { ...toolEnvironment(), MEDIASOUP_WORKER_BIN: worker }
  runner = spawn(modernNode(), args, { cwd: ROOT, env, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    runner.on('error', reject)
    runner.on('exit', (code) => resolve(code ?? 1))
  })
}
