/** The load test's own command, as somebody types it: small, but through TURN, with a screen, and with people who come and go. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LoadResult } from '../loadtest/run.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'loadtest-'))
const file = join(folder, 'figures.json')
const wish = '--rooms 2 --people 4 --publish 2 --seconds 6 --via turn --churn 0.5 --screen --decrypt 2'.split(
  ' ',
)

let told: string
let result: LoadResult

beforeAll(async () => {
  const program = ['--disable-warning=ExperimentalWarning', 'loadtest/main.ts', ...wish, '--json', file]
  told = (await run(process.execPath, program, { cwd: root })).stdout
  // written by the command above
  result = JSON.parse(readFileSync(file, 'utf8')) as LoadResult
})
afterAll(() => rmSync(folder, { recursive: true }))

it('names every figure that it is for', () => {
  for (const name of ['p50', 'p95', 'lost', 'freezes', 'downlink a person', 'consumers made', 'pipes'])
    expect(told).toContain(name)
  expect(told).toContain('through TURN')
  for (const part of ['server', 'sfu', 'worker', 'coturn'])
    expect(
      result.processes.map(({ name }) => name).some((name) => name.includes(part)),
      part,
    ).toBe(true)
})

it('had real people there, who received and came back', () => {
  expect(result).toMatchObject({ people: 8, silent: 0, troubles: [] })
  expect(result.joins).toBeGreaterThan(6)
  expect(result.joinP95Ms).toBeGreaterThan(0)
  expect(result.packets).toBeGreaterThan(1_000)
  expect(result.downlinkKbits.mean).toBeGreaterThan(50)
  expect(result.consumersMade).toBeGreaterThan(8)
  expect(result.consumers).toBeGreaterThan(0)
  for (const { cpu, memoryBytes } of result.processes) {
    expect(cpu).toBeGreaterThanOrEqual(0)
    expect(memoryBytes).toBeGreaterThan(0)
  }
})
