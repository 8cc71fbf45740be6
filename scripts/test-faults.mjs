#!/usr/bin/env node
// npm run test:faults: the long tests on bad networks and with processes that die. Arguments go to the runner.
import { runProgram } from './setup/program.mjs'

await runProgram('node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.faults.config.ts')
