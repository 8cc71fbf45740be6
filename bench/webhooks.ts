/**
 * Razorpay's webhook at 200 events a second, at random moments whether or not the earlier ones were answered: captures
 * that confirm seats (payment.captured), their second telling (order.paid) and repeats of both, over real HTTP with real
 * signatures. Each is timed from the moment it was due.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDb, type Db } from '@peerlearn/server/db'
import { sql } from 'kysely'
import { startProduct, type Product } from '../client/e2e/product.ts'
import type { Figure } from './benchmark.ts'
import { environmentOf } from './product-environment.ts'
import { percentile, type Load } from './steady-load.ts'

const [rate, seconds, warmSeconds, goal] = [200, 30, 5, 500]
const [classSize, price] = [100, 49_900]

export async function webhooks(): Promise<Figure[]> {
  const product = await startProduct()
  try {
    const { DATABASE_URL: url, RAZORPAY_WEBHOOK_SECRET: secret } = environmentOf(
      product,
      'server/src/main.ts',
    )
    if (!url || !secret) throw new Error('the server runs without a DATABASE_URL or a webhook secret')
    const db = createDb(url, 2)
    try {
      // Of three events one is a capture that was not told before.
      const orders = await holdSeats(db, Math.ceil((rate * (seconds + warmSeconds)) / 3) + classSize)
      const events = tellings(orders, secret)
      await load(product, events, warmSeconds)
      const before = cpuMs(product)
      const measured = await load(product, events, seconds)
      const cost = (cpuMs(product) - before) / measured.times.length
      if (measured.failed > 0) throw new Error(`${measured.failed} events were not taken`)
      return figures(measured, cost, await countSeats(db))
    } finally {
      await db.destroy()
    }
  } finally {
    await product.stop()
  }
}

function figures(measured: Load, cost: number, seats: number): Figure[] {
  const p99 = percentile(measured, 0.99)
  const told = Math.round(measured.rate)
  return [
    { name: 'webhooks taken', value: told, unit: '1/s', goal: String(rate), ok: told >= rate * 0.95 },
    { name: 'webhook p99', value: p99, unit: 'ms', goal: `≤ ${goal}`, ok: p99 <= goal },
    { name: 'webhook p50', value: percentile(measured, 0.5), unit: 'ms', goal: '(none)', ok: true },
    { name: 'server CPU an event', value: Math.round(cost * 10) / 10, unit: 'ms', goal: '(none)', ok: true },
    { name: 'seats confirmed by them', value: seats, unit: 'seats', goal: '(none)', ok: true },
  ]
}

/** Of the server's own process, mails and notes of these events included. Ticks are hundredths of a second (proc(5)). */
function cpuMs(product: Product): number {
  const [pid] = product.pids('server/src/main.ts')
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

const countSeats = async (db: Db) =>
  (
    await sql<{ n: number }>`select count(*)::int as n from purchase where status = 'paid' and id in
    (select purchase_id from payment where order_id like 'order_bench%')`.execute(db)
  ).rows[0]?.n ?? 0

/** Classes of a hundred held seats, each with its order. @returns the orders */
async function holdSeats(db: Db, count: number): Promise<string[]> {
  await sql`insert into account (id, email, name, email_verified_at, roles)
    select gen_random_uuid(), 'bench' || n || '@peerlearn.example', 'Bench ' || n, now(),
      case when n = 0 then '{learner,mentor}'::text[] else '{learner}' end
    from generate_series(0, ${classSize}::int) n`.execute(db)
  for (let n = 0; n * classSize < count; n++)
    await sql`with mentor as (select id from account where email = 'bench0@peerlearn.example'),
      class as (
        insert into session (id, mentor_id, title, description, starts_at, duration_minutes, capacity, staged, price_paise)
        select gen_random_uuid(), id, 'Class ${sql.raw(String(n))}', 'A class of the benchmark.',
          now() + interval '1 day' + ${n} * interval '1 hour', 30, ${classSize}::int, true, ${price}::int from mentor
        returning id, mentor_id),
      bought as (
        insert into purchase (id, buyer_id, mentor_id, session_id, quantity, list_paise, amount_paise, status, held_until)
        select gen_random_uuid(), account.id, class.mentor_id, class.id, 1, ${price}::int, ${price}::int, 'open',
          now() + interval '1 hour'
        from class, account where email like 'bench%' and email <> 'bench0@peerlearn.example'
        returning id, buyer_id, session_id),
      held as (
        insert into booking (id, session_id, session_capacity, learner_id, buyer_id, purchase_id, seat, status, price_paise, held_until)
        select gen_random_uuid(), session_id, ${classSize}::int, buyer_id, buyer_id, id, row_number() over (), 'held',
          ${price}::int, now() + interval '1 hour' from bought)
      insert into payment (id, purchase_id, account_id, order_id, amount_paise, status)
      select gen_random_uuid(), id, buyer_id, 'order_bench' || replace(id::text, '-', ''), ${price}::int, 'created'
      from bought`.execute(db)
  const { rows } = await sql<{
    order_id: string
  }>`select order_id from payment where order_id like 'order_bench%'
    order by random()`.execute(db)
  return rows.map((row) => row.order_id)
}

interface Telling {
  body: string
  headers: Record<string, string>
}

/** Each capture, then order.paid, then the capture again: neighbours in time, as Razorpay tells them. */
function* tellings(orders: string[], secret: string): Generator<Telling, undefined> {
  for (const orderId of orders) {
    const captured = telling('payment.captured', orderId, secret)
    yield captured
    yield telling('order.paid', orderId, secret)
    yield captured
  }
}

function telling(event: string, orderId: string, secret: string): Telling {
  const id = orderId.replace('order', 'pay')
  const entity = { id, order_id: orderId, amount: price, currency: 'INR', status: 'captured', captured: true }
  const body = JSON.stringify({
    entity: 'event',
    event,
    contains: ['payment'],
    payload: { payment: { entity } },
  })
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = { 'x-razorpay-signature': signature, 'x-razorpay-event-id': randomUUID() }
  return { body, headers }
}

async function load(
  product: Product,
  events: Iterator<Telling, undefined>,
  forSeconds: number,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: 200 })
  const times: number[] = []
  let failed = 0
  const start = performance.now()
  const asked: Promise<void>[] = []
  const tell = async (due: number) => {
    const next = events.next()
    if (next.done) throw new Error('there are no more events')
    if (await isTaken(`${product.url}/api/payments/webhook`, agent, next.value))
      times.push(performance.now() - due)
    else failed++
  }
  for (
    let due = start;
    due < start + forSeconds * 1000;
    due += (-Math.log(1 - Math.random()) * 1000) / rate
  ) {
    if (due > performance.now()) await sleep(due - performance.now())
    asked.push(tell(due))
  }
  await Promise.all(asked)
  agent.destroy()
  return { rate: times.length / forSeconds, times: times.toSorted((a, b) => a - b), failed }
}

function isTaken(url: string, agent: Agent, { body, headers }: Telling): Promise<boolean> {
  return new Promise((done) => {
    const asking = request(url, { method: 'POST', agent, headers, timeout: 10_000 }, (answer) => {
      answer.resume()
      answer.once('end', () => done(answer.statusCode === 200))
      answer.once('error', () => done(false))
    })
    asking.once('timeout', () => asking.destroy(new Error('no answer')))
    asking.once('error', () => done(false))
    asking.end(body)
  })
}
