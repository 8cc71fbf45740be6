/**
 * Booking, over real HTTP: two hundred people at one last seat, three hundred who fill one class at the same moment
 * (everything waits for that one session's lock), and the same people spread over a hundred classes, a hundred at once. Paid seats, so each
 * makes a purchase with a hold. Each request is timed from the moment it was sent.
 */
import { createDb, type Db } from '@peerlearn/server/db'
import { startProduct } from '../client/e2e/product.ts'
import { createAccessTokens } from '../server/src/auth/access-tokens.ts'
import { newPerson, newSession, type Person } from '../server/test/factories.ts'
import type { Figure } from './benchmark.ts'
import { environmentOf } from './product-environment.ts'
import { percentile, type Load } from './steady-load.ts'

const [racers, classSize, classes, each, goal] = [200, 300, 100, 5, 2_000]

export async function bookings(): Promise<Figure[]> {
  const product = await startProduct()
  const environment = environmentOf(product, 'server/src/main.ts')
  const { DATABASE_URL: databaseUrl, AUTH_SECRET: secret } = environment
  if (!databaseUrl || !secret) throw new Error('the server runs without a DATABASE_URL or an AUTH_SECRET')
  const db = createDb(databaseUrl, 5)
  try {
    const tokens = createAccessTokens({ AUTH_SECRET: secret }, () => new Date())
    const people = await Promise.all(Array.from({ length: classSize }, () => newPerson(db, tokens)))
    const mentor = await newPerson(db, tokens, { roles: ['mentor'] })
    const book = (who: Person, sessionId: string) => bookOne(product.url, who, sessionId)
    const session = classOf(db, mentor)

    const warm = await session(classSize)
    await all(people.slice(0, 50).map((who) => () => book(who, warm)))
    const lastSeat = await session(1)
    const race = await all(people.slice(0, racers).map((who) => () => book(who, lastSeat)))
    const hot = await session(classSize)
    const onOne = await all(people.map((who) => () => book(who, hot)))
    const many = await Promise.all(Array.from({ length: classes }, () => session(classSize)))
    const spread = people.flatMap((who, i) =>
      Array.from({ length: each }, (_, n) => () => book(who, many[(i * each + n) % classes] ?? hot)),
    )
    const onMany = await all(spread, 100)
    return [
      ...figuresOf(`last seat, ${racers} people`, race, 1),
      ...figuresOf(`one class, ${classSize} people`, onOne, classSize),
      ...figuresOf(`${classes} classes, ${spread.length} bookings`, onMany, spread.length),
    ]
  } finally {
    await db.destroy()
    await product.stop()
  }
}

/** Each class at its own time: nobody is in two at once. */
function classOf(db: Db, mentor: Person) {
  let made = 0
  return (capacity: number) =>
    newSession(db, {
      mentorId: mentor.userId,
      capacity,
      staged: capacity > 50,
      price_paise: 49_900,
      starts_at: new Date(Date.now() + (24 + made++) * 3_600_000),
    })
}

type Outcome = 'booked' | 'full' | 'failed'

/** `failed`: the server was too busy, and said so. */
async function bookOne(url: string, who: Person, sessionId: string): Promise<Outcome> {
  const answer = await fetch(`${url}/api/sessions/${sessionId}/book`, {
    method: 'POST',
    headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' },
    body: '{}',
  })
  const { error } = (await answer.json()) as { error?: { code: string } } // our own answer
  if (answer.status === 201) return 'booked'
  if (error?.code === 'session-full') return 'full'
  if (error?.code === 'not-ready') return 'failed'
  throw new Error(`a booking was answered ${answer.status} ${error?.code}`)
}

/** Sends so many at once, each timed from its own sending. `rate`: bookings that were taken, a second. */
async function all(
  asks: (() => Promise<Outcome>)[],
  atOnce = asks.length,
): Promise<Load & { taken: number }> {
  const begun = performance.now()
  const times: number[] = []
  const took: Outcome[] = []
  const left = asks.values()
  const sendInTurn = async () => {
    for (const ask of left) {
      const sent = performance.now()
      took.push(await ask())
      times.push(performance.now() - sent)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendInTurn))
  const count = (wanted: Outcome) => took.filter((outcome) => outcome === wanted).length
  const taken = count('booked')
  const rate = (taken * 1000) / (performance.now() - begun)
  return { rate, taken, times: times.toSorted((a, b) => a - b), failed: count('failed') }
}

function figuresOf(what: string, load: Load & { taken: number }, expected: number): Figure[] {
  const p99 = percentile(load, 0.99)
  const rate = Math.round(load.rate)
  return [
    {
      name: `${what}: seats`,
      value: load.taken,
      unit: 'seats',
      goal: String(expected),
      ok: load.taken === expected,
    },
    ...(expected > 1
      ? [{ name: `${what}: rate`, value: rate, unit: 'bookings/s', goal: '(none)', ok: true }]
      : []),
    { name: `${what}: p99`, value: p99, unit: 'ms', goal: `≤ ${goal}`, ok: p99 <= goal },
  ]
}
