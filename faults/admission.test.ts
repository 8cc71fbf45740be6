/** Media servers that are full say so at once, and those who are in feel nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startProduct, type Product } from '../client/e2e/product.ts'
import { Refused } from '../loadtest/api.ts'
import { SignedIn } from '../loadtest/accounts.ts'
import { LightClass } from '../loadtest/class.ts'
import { LightPerson } from '../loadtest/person.ts'
import { keeps } from './figures.ts'

let product: Product
let running: LightClass
let next: LightClass

beforeAll(async () => {
  product = await startProduct({ env: { SFU_WORKERS: '1', SFU_MAX_PEERS: '6', TRUST_PROXY: '1' } })
  running = await makeRoom(6)
  await running.join()
  next = await makeRoom(2)
  await sleep(3_000) // the node has told of itself
})
afterAll(async () => {
  await Promise.all([running, next].map((room) => room?.close()))
  await product?.stop()
})

function makeRoom(people: number): Promise<LightClass> {
  const wish = { publish: 2, tiles: 9, turn: false, decryptOneIn: 0, screen: false, believed: true }
  return LightClass.make({ url: product.url, admin: product.demo.admin, people, spareSeats: 1, ...wish })
}

/** The class has settled after its joins: nothing is lost or stands still for two seconds. */
async function calm(): Promise<void> {
  for (const end = Date.now() + 30_000; ;) {
    for (const { reception } of running.people) reception.reset()
    await sleep(2_000)
    const restless = running.people.filter(
      ({ reception: { received } }) => received.freezes + received.lost > 0,
    )
    if (restless.length === 0) return
    if (Date.now() > end)
      throw new Error(`${restless.length} people lose pictures before anybody asked to come in`)
  }
}

/** Asks ten times to be let in, from the page's first question on, and is refused; nobody in class feels it. */
async function refused(name: string, person: LightPerson): Promise<void> {
  await calm()
  for (const { reception } of running.people) reception.reset()
  const times: number[] = []
  const answers: unknown[] = []
  for (let n = 0; n < 10; n++) {
    const began = performance.now()
    answers.push(
      await person.join().catch((error: unknown) => (error instanceof Refused ? error.code : error)),
    )
    times.push(performance.now() - began)
  }
  await sleep(3_000) // long enough for a freeze to show
  for (const { reception } of running.people) {
    expect(reception.received).toMatchObject({ freezes: 0, lost: 0 })
    expect(reception.received.packets).toBeGreaterThan(100)
  }
  expect(answers).toEqual(answers.map(() => 'media-full'))
  keeps(name, times, 1_000)
}

it('refuses a latecomer within a second and with the reason, while the class goes on', async () => {
  const who = await SignedIn.register({ url: product.url, believed: true }, 'learner', 63_000)
  await who.book(running.sessionId)
  const person = new LightPerson({ ...running.learners[0]!.wish, sends: [], ticket: () => who.ticket() })
  await refused('refusal of a latecomer where all is full', person)
  await person.leave()
})

it('refuses a class that is about to begin in the same way', async () => {
  await refused('refusal of a new class where all is full', next.mentor)
})

it('lets people in again as soon as there is room', async () => {
  for (const learner of running.learners.slice(0, 3)) await learner.leave()
  await sleep(4_000)
  await next.join()
  expect(next.people.map(({ joins }) => joins)).toEqual([1, 1])
})
