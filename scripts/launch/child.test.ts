import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { identify } from '../setup/processes.mjs'
import { Child, type Death } from './child.ts'
import { Guardian } from './guardian.ts'
import { LogFile } from './log-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'peerlearn-child-'))
const guardian = new Guardian()
const children: Child[] = []

afterEach(() => Promise.all(children.splice(0).map((child) => child.stop(1_000))))
afterAll(async () => {
  await guardian.close()
  rmSync(folder, { recursive: true, force: true })
})

async function started(script: string, onDown: (death: Death) => boolean = () => true): Promise<Child> {
  const log = new LogFile(join(folder, 'child.log'))
  const child = new Child({ name: 'child', command: 'sh', args: ['-c', script], guardian, log, onDown })
  children.push(child)
  await child.start()
  return child
}

test('a child that is killed is started again', async () => {
  const child = await started('exec sleep 60')
  const first = child.pid ?? 0
  process.kill(first, 'SIGKILL')
  await vi.waitFor(
    () => expect(child.pid).toSatisfy((pid: unknown) => typeof pid === 'number' && pid !== first),
    5_000,
  )
})

test('a child that ends again and again is told of with its last words, until it is given up', async () => {
  const deaths: Death[] = []
  await started('echo no luck >&2; exit 3', (death) => deaths.push(death) < 3)
  await vi.waitFor(() => expect(deaths).toHaveLength(3), 5_000)
  expect(deaths.at(-1)).toMatchObject({ how: 'code 3', lines: ['no luck'], quickDeaths: 3 })
})

test('a child that does not want to stop is ended by force, with what it started', async () => {
  const child = await started("trap '' TERM; sleep 60 & wait; sleep 60")
  const pid = child.pid ?? 0
  const began = performance.now()
  await child.stop(300)
  expect(performance.now() - began).toBeLessThan(2_000)
  expect(identify(pid)).toBeUndefined()
  expect(child.pid).toBeUndefined()
})

test('a killed launcher’s children are ended by its guardian', { timeout: 10_000 }, async () => {
  const program = `
    import { Guardian } from ${JSON.stringify(new URL('guardian.ts', import.meta.url).href)}
    import { spawn } from 'node:child_process'
    const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    new Guardian().watch(child.pid, 'TERM')
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  const launcher = spawn(process.execPath, ['--input-type=module-typescript', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = await new Promise<number>((told) =>
    launcher.stdout.once('data', (data: Buffer) => told(Number(data.toString()))),
  )
  expect(identify(pid)).toBeDefined()
  launcher.kill('SIGKILL')
  await vi.waitFor(() => expect(identify(pid)).toBeUndefined(), 5_000)
})
