/** Payday at Razorpay: a thousand captures, each told three times, twenty at once, to two servers. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { newSession } from './factories.ts'
import { openShop, paymentEvent, type Shop } from './payments-shop.ts'

const [classes, seats, price] = [10, 100, 49_900]
const atOnce = 20

/** Held seats with their orders: `seats` learners in each of `classes`. */
async function holdMany({ server, mentor }: Shop): Promise<string[]> {
  const { db } = server
  await sql`insert into account (id, email, name, email_verified_at)
    select gen_random_uuid(), 'storm' || n || '@peerlearn.test', 'Learner ' || n, now()
    from generate_series(1, ${seats}::int) n`.execute(db)
  for (let n = 0; n < classes; n++) {
    const wish = { capacity: seats, staged: true, price_paise: price, duration_minutes: 30 }
    const starts_at = new Date(Date.now() + (n + 24) * 3_600_000)
    const sessionId = await newSession(db, { mentorId: mentor.userId, starts_at, ...wish })
    await sql`with bought as (
        insert into purchase (id, buyer_id, mentor_id, session_id, quantity, list_paise, amount_paise, status, held_until)
        select gen_random_uuid(), id, ${mentor.userId}, ${sessionId}, 1, ${price}::int, ${price}::int, 'open',
          now() + interval '1 hour' from account where email like 'storm%' returning id, buyer_id),
      held as (
        insert into booking (id, session_id, session_capacity, learner_id, buyer_id, purchase_id, seat, status, price_paise, held_until)
        select gen_random_uuid(), ${sessionId}, ${seats}::int, buyer_id, buyer_id, id, row_number() over (), 'held',
          ${price}::int, now() + interval '1 hour' from bought)
      insert into payment (id, purchase_id, account_id, order_id, amount_paise, status)
      select gen_random_uuid(), id, buyer_id, 'order_' || replace(id::text, '-', ''), ${price}::int, 'created' from bought`.execute(
      db,
    )
  }
  const rows = await db.selectFrom('payment').select('order_id').execute()
  return rows.map((row) => row.order_id)
}

test('1,000 captures told three times each, 20 at once, take effect 1,000 times', async () => {
  const shop = await openShop({ webhooks: false })
  const orders = await holdMany(shop)
  expect(orders).toHaveLength(1_000)
  const deliveries = orders.flatMap((orderId) => {
    const paymentId = orderId.replace('order', 'pay')
    const [captured, id] = [
      paymentEvent('payment.captured', orderId, 'captured', paymentId, price),
      crypto.randomUUID(),
    ]
    const paid = paymentEvent('order.paid', orderId, 'captured', paymentId, price)
    return [
      { event: captured, id },
      { event: captured, id },
      { event: paid, id: crypto.randomUUID() },
    ]
  })
  const servers = [shop.server, await shop.reopened()]
  // The tellings of one capture come to both servers, close to each other.
  const queue = deliveries
    .map((one, n) => ({ one, server: servers[n % 2]!, at: n + Math.random() * 10 }))
    .sort((a, b) => a.at - b.at)
  const answers: number[] = []
  const worker = async () => {
    for (let next = queue.pop(); next; next = queue.pop())
      answers.push(await shop.tell(next.one.event, { id: next.one.id, server: next.server }))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  expect(answers).toEqual(Array(3_000).fill(200))

  const { db } = shop.server
  const count = async () => {
    const { rows } = await sql<Record<string, number>>`select
      (select count(*) from booking where status = 'confirmed' and paid_paise = ${price}::int)::int as seats,
      (select count(*) from purchase where status = 'paid')::int as purchases,
      (select count(*) from payment where status = 'captured' and not surplus)::int as payments,
      (select count(*) from ledger_entry where kind = 'capture')::int as captures,
      (select count(*) from notification where title = 'Your seat is booked')::int as told,
      (select count(*) from refund)::int as refunds`.execute(db)
    return rows
  }
  const effects = { seats: 1_000, purchases: 1_000, payments: 1_000, captures: 1_000, refunds: 0 }
  expect(await count()).toMatchObject([effects])
  // People hear of it a little later, each once.
  await expect.poll(count, { timeout: 150_000 }).toEqual([{ ...effects, told: 1_000 }])
  expect(await shop.balances()).toEqual({ gateway: 1_000 * price, held: -1_000 * price })
  expect(await shop.differences()).toEqual([])
}, 400_000)
