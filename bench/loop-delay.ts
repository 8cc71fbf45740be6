/**
 * Loaded into the server by a benchmark (`--import`, and LOOP_DELAY_FILE): on SIGUSR2 it writes how late its event loop
 * came to its work since the signal before.
 */
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 5
const file = process.env['LOOP_DELAY_FILE']

if (file && process.argv[1]?.endsWith('server/src/main.ts')) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  // What is recorded is the time between two looks, which are `resolutionMs` apart when nothing is late.
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs)
  process.on('SIGUSR2', () => {
    writeFileSync(file, JSON.stringify({ p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) }))
    delay.reset()
  })
}
