/** What a stranger does with a fresh clone, as root with a closed home. Run by .ci/run alone. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Copy, SET_UP, STOP, cache, cloneInto, port, requireRoot } from './copy.ts'
import { demoOf, removeData, signIn, waitUntilSigningIn } from './demo.ts'

const SECOND_START = 5_000

let base: string
let clone: string
let copy: Copy

beforeAll(() => {
  // Like root's home, its folder for temporary files too: nobody else may enter, Postgres's user included.
  base = mkdtempSync(join(tmpdir(), 'peerlearn-closed-'))
  chmodSync(base, 0o700)
  clone = join(base, 'peerlearn')
  cloneInto(clone, process.env['FRESH_CLONE_SOURCE'])
  const closed = join(base, 'tmp')
  mkdirSync(closed, { mode: 0o700 })
  const env = { XDG_CACHE_HOME: cache, TMPDIR: closed }
  copy = new Copy({ folder: clone, dataDir: join(clone, 'data'), port, env })
})

afterAll(async () => {
  await copy.destroy()
  removeData(copy.options.dataDir)
  rmSync(base, { recursive: true, force: true })
}, 60_000)

describe('a fresh clone in a closed folder', () => {
  test('npm start sets everything up and says that it is ready', { timeout: SET_UP }, async () => {
    await copy.startUntilReady(SET_UP)
    expect(copy.output).toContain(`PeerLearn is ready: http://localhost:${port}`)
    expect((await fetch(`${copy.url}/health/ready`)).status).toBe(200)
    const page = await fetch(copy.url, { headers: { accept: 'text/html' } })
    expect(await page.text()).toMatch(/<!doctype html>/i)
  })

  test('the demo can be signed in to, and its passwords are for this user alone', async () => {
    expect(statSync(join(copy.options.dataDir, 'demo.json')).mode & 0o777).toBe(0o600)
    const demo = demoOf(copy)
    expect(demo.learners).toHaveLength(3)
    for (const person of [demo.mentor, demo.admin, ...demo.learners]) {
      expect(await signIn(copy, person)).toBe(200)
      expect(copy.output).toContain(person.password)
    }
    expect((await fetch(`${copy.url}/api/sessions/${demo.liveSessionId}`)).status).toBe(200)
  })

  test('a second copy with another PORT and DATA_DIR runs beside it', { timeout: 60_000 }, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'peerlearn-beside-'))
    const beside = new Copy({ ...copy.options, dataDir, port: port + 1 })
    try {
      await beside.startUntilReady(30_000)
      expect(demoOf(beside).mentor.password).not.toBe(demoOf(copy).mentor.password)
      expect(await signIn(copy, demoOf(copy).mentor)).toBe(200)
      expect(await signIn(beside, demoOf(beside).mentor)).toBe(200)
    } finally {
      await beside.destroy()
      removeData(dataDir)
      rmSync(dataDir, { recursive: true, force: true })
    }
    expect(await signIn(copy, demoOf(copy).mentor)).toBe(200)
  })

  test('a second start with the same DATA_DIR is refused in one sentence', { timeout: 30_000 }, async () => {
    const same = new Copy({ ...copy.options, port: port + 1 })
    same.start()
    expect(await same.end()).toBe(1)
    expect(same.output).toMatch(/PeerLearn already runs with the data in .*another DATA_DIR\./)
  })

  test('Ctrl-C stops it within 5 s and leaves no process', { timeout: 30_000 }, async () => {
    expect(await copy.interrupt()).toBeLessThan(STOP)
    expect(copy.processes()).toEqual([])
  })

  test('the second start is ready within 5 s, with the same accounts', { timeout: 30_000 }, async () => {
    expect(await copy.startUntilReady(20_000)).toBeLessThan(SECOND_START)
    expect(await signIn(copy, demoOf(copy).admin)).toBe(200)
  })

  test.each([
    ['the launcher', () => copy.pidOf('scripts/launch.ts')],
    ['npm start’s own process', () => parentOf(copy.pidOf('scripts/launch.ts'))],
    ['npm', () => copy.npm],
  ])('kill -9 of %s leaves no process, and the next start works', { timeout: 60_000 }, async (_, pid) => {
    process.kill(pid(), 'SIGKILL')
    await copy.until('no process left', 7_000, () => copy.processes().length === 0)
    await copy.startUntilReady(20_000)
    expect(await signIn(copy, demoOf(copy).mentor)).toBe(200)
  })

  test('after a kill -9 the very next moment’s start works too', { timeout: 60_000 }, async () => {
    process.kill(copy.pidOf('scripts/launch.ts'), 'SIGKILL')
    await copy.end()
    await copy.startUntilReady(20_000)
    expect(await signIn(copy, demoOf(copy).mentor)).toBe(200)
  })

  test(
    'after everything was killed at once, as by a power cut, the next start works',
    { timeout: 60_000 },
    async () => {
      for (const { pid } of copy.processes()) kill(pid)
      await copy.until('no process left', 7_000, () => copy.processes().length === 0)
      await copy.startUntilReady(20_000)
      expect(await signIn(copy, demoOf(copy).mentor)).toBe(200)
    },
  )

  test.each(['server/src/main.ts', 'sfu/src/main.ts', 'bin/postgres -D'])(
    'a killed %s is started again',
    { timeout: 30_000 },
    async (program) => {
      const pid = copy.pidOf(program)
      process.kill(pid, 'SIGKILL')
      await copy.until(`${program} started again`, 10_000, () => {
        const again = copy.processes().find(({ command }) => command.includes(program))
        return again !== undefined && again.pid !== pid
      })
      await waitUntilSigningIn(copy)
    },
  )

  test('a port in use is told in one sentence', { timeout: 30_000 }, async () => {
    await copy.interrupt()
    const taken = createServer().listen(port)
    copy.start()
    expect(await copy.end()).toBe(1)
    await new Promise((closed) => taken.close(closed))
    expect(copy.output).toContain(`Port ${port} is in use by another program`)
  })

  test(
    'production refuses to start with settings missing or weak, and names each',
    { timeout: 30_000 },
    async () => {
      const dataDir = join(base, 'production')
      const production = new Copy({
        ...copy.options,
        dataDir,
        env: { ...copy.options.env, NODE_ENV: 'production', AUTH_SECRET: 'short' },
      })
      production.start()
      expect(await production.end()).toBe(1)
      for (const name of [
        'DATABASE_URL',
        'PUBLIC_URL',
        'AUTH_SECRET',
        'SFU_SECRET',
        'TURN_SECRET',
        'RAZORPAY_KEY_ID',
      ])
        expect(production.output).toContain(name)
      expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
      expect(existsSync(join(dataDir, 'demo.json'))).toBe(false)
    },
  )
})

describe('a disk that does not serve', () => {
  const disk = mkdtempSync(join(tmpdir(), 'peerlearn-disk-'))
  const mount = (options: string) => execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk])

  beforeAll(() => {
    requireRoot('mounts a small disk')
    mount('size=120m,mode=755')
  })
  afterAll(() => {
    execFileSync('sh', ['-c', 'umount -l "$0" 2>/dev/null || true', disk])
    rmSync(disk, { recursive: true, force: true })
  })

  test(
    'a full one is told in one sentence, nothing stays half-made, and with space it works',
    { timeout: 90_000 },
    async () => {
      const full = new Copy({ ...copy.options, dataDir: join(disk, 'data'), port: port + 2 })
      execFileSync('fallocate', ['-l', '100M', join(disk, 'ballast')])
      full.start()
      expect(await full.end()).toBe(1)
      expect(full.output).toContain('The disk is full')
      // Enough to begin with, too little for the whole database.
      rmSync(join(disk, 'ballast'))
      execFileSync('fallocate', ['-l', '10M', join(disk, 'ballast')])
      const filling = setInterval(() => {
        if (existsSync(join(disk, 'data', 'postgres.new', 'base')) && !existsSync(join(disk, 'more')))
          execFileSync('sh', ['-c', 'head -c 200M /dev/zero > "$0" 2>/dev/null || true', join(disk, 'more')])
      }, 10)
      full.start()
      expect(await full.end()).toBe(1)
      clearInterval(filling)
      expect(full.output).toContain('The disk is full')
      expect(readdirSync(join(disk, 'data')).filter((name) => name.startsWith('postgres'))).toEqual([])
      execFileSync('mount', ['-o', 'remount,size=1g', disk])
      await full.startUntilReady(30_000)
      await full.destroy()
    },
  )

  test('a read-only one is told in one sentence', { timeout: 30_000 }, async () => {
    execFileSync('mount', ['-o', 'remount,ro', disk])
    const stuck = new Copy({ ...copy.options, dataDir: join(disk, 'elsewhere'), port: port + 2 })
    stuck.start()
    expect(await stuck.end()).toBe(1)
    expect(stuck.output).toMatch(/DATA_DIR \(.*elsewhere\) is on a read-only disk/)
  })
})

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It went with another one.
  }
}

/** The parent of a process, from proc_pid_stat(5). */
function parentOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}
