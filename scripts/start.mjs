#!/usr/bin/env node
// npm start and npm run dev: set-up on whatever Node there is, then the launcher on a Node that runs TypeScript.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { modernNode, toolEnvironment } from './setup/node.mjs'
import { prepareDataDir, readPlace, requireNoOther, requirePort, waitForLeftovers } from './setup/place.mjs'
import { requirePostgresPlace } from './setup/postgres-account.mjs'
import { onStopRequest } from './setup/processes.mjs'
import { Refusal, runMain } from './setup/refusal.mjs'
import { ROOT, endRunning } from './setup/run.mjs'
import { setUp } from './setup.mjs'

/** What a request to stop does: first it ends the set-up, later it is passed on to the launcher. */
let stop = (code) => {
  endRunning()
  process.exit(code)
}
onStopRequest((code) => stop(code))

await runMain(async () => {
  const dev = process.argv.includes('--dev')
  const { port, dataDir } = readPlace()
  await waitForLeftovers(dataDir)
  // Before the port: it is most likely this one that has it.
  requireNoOther(dataDir)
  await requirePort(port)
  prepareDataDir(dataDir)
  requirePostgresPlace(dataDir)
  const worker = await setUp({ client: !dev })
  process.exitCode = await launch(worker)
})

/** Runs the launcher to its end and returns its exit code. It stops by itself when this process dies (its channel closes). */
function launch(worker) {
  const env = { ...toolEnvironment(), MEDIASOUP_WORKER_BIN: worker }
  const args = [
    '--disable-warning=ExperimentalWarning',
    join(ROOT, 'scripts', 'launch.ts'),
    ...process.argv.slice(2),
  ]
  const child = spawn(modernNode(), args, { cwd: ROOT, env, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  stop = () => child.connected && child.send('stop')
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      if (signal) reject(new Refusal(`The launcher was ended by ${signal}; its processes are being stopped.`))
      else resolve(code ?? 1)
    })
  })
}
