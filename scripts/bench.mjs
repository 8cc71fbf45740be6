#!/usr/bin/env node
// npm run bench: what the product costs on this machine. Arguments: -- --only NAME, -- --json FILE
import { runProgram } from './setup/program.mjs'

await runProgram('--disable-warning=ExperimentalWarning', 'bench/main.ts')
