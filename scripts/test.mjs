#!/usr/bin/env node
// npm test: all tests. Arguments go to the runner: npm test -- --project unit
import { runProgram } from './setup/program.mjs'

await runProgram('node_modules/vitest/vitest.mjs', 'run')
