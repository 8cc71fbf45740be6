/**
 * People signing in at the hour: sixteen at a time, as fast as they are let in, from as many addresses, each with a
 * device that knows them. Argon2 works in threads of its own; what the benchmark asks is how late the server's event loop
 * comes to everything else meanwhile (chat, signalling, the next request).
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDb, newId, type Db } from '@peerlearn/server/db'
import { startProduct, type Product } from '../client/e2e/product.ts'
import type { Figure } from './benchmark.ts'
import { environmentOf } from './product-environment.ts'
import { percentile } from './steady-load.ts'

const [people, atOnce, seconds] = [200, 16, 20]
const [leastRate, mostDelayMs] = [20, 50]

interface Visitor {
  email: string
  address: string
  /** The mark of a device that is known. */
  cookie: string
}

export async function signIns(): Promise<Figure[]> {
  const delayFile = join(tmpdir(), `peerlearn-loop-delay-${process.pid}.json`)
  const preload = `--import ${join(import.meta.dirname, 'loop-delay.ts')}`
  const product = await startProduct({
    env: {
      TRUST_PROXY: '1',
      LOOP_DELAY_FILE: delayFile,
      NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} ${preload}`,
    },
  })
  try {
    const visitors = await insertVisitors(product)
    await signInAll(product, visitors, { rounds: 1 })
    await readDelay(product, delayFile)
    const times = await signInAll(product, visitors, { seconds })
    const delay = await readDelay(product, delayFile)
    return figures(times, delay)
  } finally {
    await product.stop()
    rmSync(delayFile, { force: true })
  }
}

function figures(times: number[], { p99Ms, maxMs }: Delay): Figure[] {
  const load = { times: times.toSorted((a, b) => a - b), rate: times.length / seconds, failed: 0 }
  const rate = Math.round(load.rate * 10) / 10
  const p99 = Math.round(p99Ms * 10) / 10
  return [
    { name: 'sign-ins', value: rate, unit: '1/s', goal: `≥ ${leastRate}`, ok: rate >= leastRate },
    { name: 'sign-in p50', value: percentile(load, 0.5), unit: 'ms', goal: '(none)', ok: true },
    { name: 'sign-in p99', value: percentile(load, 0.99), unit: 'ms', goal: '(none)', ok: true },
    {
      name: 'event loop delay p99',
      value: p99,
      unit: 'ms',
      goal: `≤ ${mostDelayMs}`,
      ok: p99 <= mostDelayMs,
    },
    { name: 'event loop delay max', value: Math.round(maxMs), unit: 'ms', goal: '(none)', ok: true },
  ]
}

/** They share the password of a demo learner, whose hash is there already. */
async function insertVisitors(product: Product): Promise<Visitor[]> {
  const { DATABASE_URL: url } = environmentOf(product, 'server/src/main.ts')
  if (!url) throw new Error('the server runs without a DATABASE_URL')
  const db = createDb(url, 2)
  try {
    return await insertAccounts(db, product.demo.learners[0].email)
  } finally {
    await db.destroy()
  }
}

async function insertAccounts(db: Db, known: string): Promise<Visitor[]> {
  const { password_hash } = await db
    .selectFrom('account')
    .select('password_hash')
    .where('email', '=', known)
    .executeTakeFirstOrThrow()
  const visitors = Array.from({ length: people }, (_, n) => ({
    email: `bench-${n}@peerlearn.example`,
    address: `10.9.${n >> 7}.${n & 127}`,
    cookie: '',
  }))
  const rows = visitors.map(({ email }, n) => ({
    id: newId(),
    email,
    password_hash,
    name: `Visitor ${n}`,
    email_verified_at: new Date(),
  }))
  await db.insertInto('account').values(rows).execute()
  return visitors
}

/** For so many rounds or seconds. @returns milliseconds of each sign-in */
async function signInAll(
  { url, demo }: Product,
  visitors: Visitor[],
  { rounds = Infinity, seconds: limit = Infinity }: { rounds?: number; seconds?: number },
): Promise<number[]> {
  const end = performance.now() + limit * 1000
  const { password } = demo.learners[0]
  const times: number[] = []
  let next = 0
  const work = async () => {
    while (next < rounds * visitors.length && performance.now() < end) {
      const visitor = visitors[next++ % visitors.length]!
      const begun = performance.now()
      await signInOnce(url, visitor, password)
      times.push(performance.now() - begun)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return times
}

async function signInOnce(url: string, visitor: Visitor, password: string): Promise<void> {
  const { email, address, cookie } = visitor
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': address, cookie },
    body: JSON.stringify({ email, password }),
  })
  if (!response.ok)
    throw new Error(`a sign-in was answered with ${response.status}: ${await response.text()}`)
  await response.arrayBuffer()
  const mark = response.headers.getSetCookie().find((line) => line.startsWith('peerlearn_device'))
  visitor.cookie = mark?.split(';')[0] ?? cookie
}

interface Delay {
  p99Ms: number
  maxMs: number
}

async function readDelay(product: Product, file: string): Promise<Delay> {
  rmSync(file, { force: true })
  for (const pid of product.pids('server/src/main.ts')) process.kill(pid, 'SIGUSR2')
  while (!existsSync(file) || readFileSync(file, 'utf8') === '')
    await new Promise((done) => setTimeout(done, 20))
  return JSON.parse(readFileSync(file, 'utf8')) as Delay // written by loop-delay.ts
}
