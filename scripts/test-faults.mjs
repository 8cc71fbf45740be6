#!/usr/bin/env node
// npm run test:faults: bad networks and processes that die, to the limits that are promised; about half an hour. Arguments go to the runner.
import { runProgram } from './setup/program.mjs'

await runProgram('node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.faults.config.ts')
