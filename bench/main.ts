/**
 * `npm run bench`: what the product costs, measured on this machine in this run.
 *   npm run bench -- --only NAME     one of them (a part of a name picks several)
 *   npm run bench -- --json FILE     also writes {name: {value, unit, goal, ok}}
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import { bookings } from './bookings.ts'
import { catalogue } from './catalogue.ts'
import { downlink } from './downlink.ts'
import { fanOut } from './fan-out.ts'
import { firstLoad } from './first-load.ts'
import { joinLoopback, joinTurn } from './join.ts'
import { joins } from './joins.ts'
import { rooms } from './rooms.ts'
import { signIns } from './sign-ins.ts'
import { webhooks } from './webhooks.ts'

const benchmarks: Record<string, Benchmark> = {
  'first-load': firstLoad,
  'join-loopback': joinLoopback,
  'join-turn-tcp': joinTurn,
  'fan-out': fanOut,
  'room-cost': rooms,
  'join-burst': joins,
  downlink,
  catalogue,
  bookings,
  webhooks,
  'sign-ins': signIns,
}

const { values: options } = parseArgs({ options: { only: { type: 'string' }, json: { type: 'string' } } })
const chosen = Object.entries(benchmarks).filter(([name]) => !options.only || name.includes(options.only))
if (chosen.length === 0) {
  console.error(`No benchmark is called ${options.only}. There are: ${Object.keys(benchmarks).join(', ')}`)
  process.exit(1)
}

const results: Record<string, { value: number; unit: string; goal: string; ok: boolean }> = {}
for (const [name, run] of chosen) {
  console.log(`\n${name} …`)
  for (const { name: figure, value, unit, goal, ok } of [await run()].flat()) {
    results[figure] = { value, unit, goal, ok }
    console.log(`  ${figure.padEnd(34)} ${value} ${unit}   goal ${goal}   ${ok ? 'met' : 'MISSED'}`)
  }
}
if (options.json) writeFileSync(options.json, JSON.stringify(results, null, 2) + '\n')
process.exit(Object.values(results).every((r) => r.ok) ? 0 : 1)
