/** Every process is restarted, one after the other, under a class of thirty that goes on talking. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seesPictures, until } from '../../client/e2e/person.ts'
import { openCluster, type ClusterClass } from '../cluster-class.ts'
import { addNode, nodesOf } from '../cluster.ts'
import { keeps } from '../figures.ts'
import { freeze } from '../watch.ts'

let cluster: ClusterClass

beforeAll(async () => {
  cluster = await openCluster({ people: 30, publish: 6 })
})
afterAll(() => cluster?.close())

/** Somebody says something every quarter of a second, until this is done. */
async function talkingDuring(run: () => Promise<void>): Promise<string[]> {
  const { people } = cluster.here.light
  const saying: Promise<string>[] = []
  const timer = setInterval(() => {
    const person = people[saying.length % people.length]!
    saying.push(person.say(`line ${saying.length}`))
  }, 250)
  try {
    await run()
  } finally {
    clearInterval(timer)
  }
  return Promise.all(saying)
}

const allAreIn = () =>
  until(
    'everybody is in',
    () => Promise.resolve(cluster.here.light.people.every(({ connected }) => connected)),
    60,
  )

/** Thirty people, their sockets and this test share two cores with the product: a second more than a drained node's limit. */
const freezeMs = 1_500
/** A picture that died in a move is seen only afterwards. */
const calmMs = 5_000

async function calmFreeze(since: number): Promise<number> {
  await sleep(calmMs)
  return freeze(cluster.here.page, since)
}

/** Asks it to stop as an operator does; the launcher starts it again. */
async function restart(part: string): Promise<void> {
  const { here } = cluster
  const old = here.product.pids(part)
  const began = Date.now()
  for (const pid of old) process.kill(pid, 'SIGTERM')
  await until(
    `another ${part}`,
    () => {
      const now = here.product.pids(part)
      return Promise.resolve(now.length >= old.length && now.every((pid) => !old.includes(pid)))
    },
    60,
  )
  await until('the product is ready', async () => (await fetch(`${here.product.url}/health/ready`)).ok, 60)
  await allAreIn()
  const tookMs = Date.now() - began
  keeps(`${part} restarted: freeze (${tookMs} ms in all)`, [await calmFreeze(began)], freezeMs)
}

it('loses no word and no seat', async ({ onTestFailed }) => {
  onTestFailed(() => cluster.here.explain())
  const { here, redis } = cluster
  const before = here.light.people.map(({ peerId }) => peerId)
  const said = await talkingDuring(async () => {
    await restart('server/src/main.ts')
    await restart('sfu/src/main.ts')
    await until(
      'both nodes are up',
      async () => (await nodesOf(here.product)).filter(({ up }) => up).length === 2,
      30,
    )
    const began = Date.now()
    await cluster.extra.stop()
    cluster.extra = await addNode(here.product, redis.url)
    await allAreIn()
    keeps('extra node restarted: freeze', [await calmFreeze(began)], freezeMs)
    await restart('sandbox/src/main.ts')
    const [postgres] = here.product.pids('bin/postgres')
    process.kill(postgres!, 'SIGINT')
    await sleep(3_000)
    await until('the product is ready', async () => (await fetch(`${here.product.url}/health/ready`)).ok, 60)
    await allAreIn()
  })
  console.log(`FIGURE said under the rolling restart: ${said.length} lines`)
  await seesPictures(here.page, 1, 20)
  const found = await here.visitor(({ heardChat, people }) => ({
    heardChat,
    peers: people.map((one) => one.peerId),
  }))
  expect(
    said.filter((id) => !found.heardChat.includes(id)),
    'lines lost',
  ).toEqual([])
  expect(new Set(found.heardChat).size, 'lines said twice').toBe(found.heardChat.length)
  expect(
    before.filter((peerId) => !found.peers.includes(peerId!)),
    'seats lost',
  ).toEqual([])
  for (const { reception } of here.light.people) reception.reset()
  await sleep(2_000)
  for (const { reception } of here.light.people) expect(reception.received.packets).toBeGreaterThan(50)
})
