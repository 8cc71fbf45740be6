#!/usr/bin/env node
// npm run loadtest: classes of light participants, and what they cost. Arguments: loadtest/arguments.ts
import { runProgram } from './setup/program.mjs'

await runProgram('--disable-warning=ExperimentalWarning', 'loadtest/main.ts')
