#!/usr/bin/env node
// npm run check: format, lint, types, import rules. Every step runs even when one before it failed.
import { join } from 'node:path'
import { modernNode, toolEnvironment } from './setup/node.mjs'
import { onStopRequest } from './setup/processes.mjs'
import { Refusal, runMain } from './setup/refusal.mjs'
import { ROOT, endRunning, run, tail } from './setup/run.mjs'
import { step } from './setup/steps.mjs'
import { setUp } from './setup.mjs'

const program = (path, ...args) => ({ path: join(ROOT, 'node_modules', path), args })

const CHECKS = {
  Format: program('prettier/bin/prettier.cjs', '--check', '.'),
  Lint: program('eslint/bin/eslint.js', '--max-warnings=0', '.'),
  'Types of the server, the media node and the scripts': program('typescript/bin/tsc', '-p', '.'),
  'Types of the client': program(
    'svelte-check/bin/svelte-check',
    '--workspace',
    'client',
    '--tsconfig',
    './tsconfig.json',
    '--fail-on-warnings',
  ),
  'Types of the browser tests': program('typescript/bin/tsc', '-p', 'client/e2e'),
  'Import cycles and unused files': program('knip/bin/knip.js', '--include', 'cycles,files,unresolved'),
}

const failed = []

async function check(name, { path, args }) {
  try {
    await step(name, async () => {
      const { code, output } = await run(modernNode(), [path, ...args], { env: toolEnvironment() })
      if (code !== 0) throw new Refusal(tail(output, 60))
    })
  } catch (error) {
    failed.push(name)
    console.error(error.message)
  }
}

onStopRequest((code) => {
  endRunning()
  process.exit(code)
})

await runMain(async () => {
  await setUp({ worker: false, client: false })
  for (const [name, what] of Object.entries(CHECKS)) await check(name, what)
  if (failed.length > 0)
    throw new Refusal(`${failed.length} of ${Object.keys(CHECKS).length} checks failed: ${failed.join('; ')}`)
  console.log('\nAll checks passed.')
})
