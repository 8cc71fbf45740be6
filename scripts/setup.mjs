#!/usr/bin/env node
// The first file that a fresh machine runs: plain JavaScript for Node 18 and newer, without dependencies.
import { pathToFileURL } from 'node:url'
import { buildClient, clientIsCurrent } from './setup/client.mjs'
import { dependenciesAreCurrent, installDependencies } from './setup/dependencies.mjs'
import { withSetupLock } from './setup/lock.mjs'
import { onStopRequest } from './setup/processes.mjs'
import { runMain } from './setup/refusal.mjs'
import { endRunning } from './setup/run.mjs'
import { step } from './setup/steps.mjs'
import { findWorker, obtainWorker } from './setup/worker.mjs'

/**
 * Brings the checkout to where it can run, doing only what is not yet done: packages, media worker, built client.
 * Returns the media worker's path (undefined when it was not asked for).
 */
export async function setUp({ worker = true, client = true } = {}) {
  return withSetupLock(async () => {
    if (!dependenciesAreCurrent()) await step('Installing the npm packages', installDependencies)
    const path = worker ? ((await findWorker()) ?? (await obtainWorker())) : undefined
    if (client && !clientIsCurrent()) await step('Building the client', buildClient)
    return path
  })
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  onStopRequest((code) => {
    endRunning()
    process.exit(code)
  })
  await runMain(() => setUp())
}
