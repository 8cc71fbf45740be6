/** Redis and Postgres go and come back in the middle of a class, which goes on. */
import { setTimeout as sleep } from 'node:timers/promises'
import { nodeKey } from '@peerlearn/contract/node-stats'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { seesPictures, until } from '../../client/e2e/person.ts'
import { startRedis } from '../../server/test/harness-redis.ts'
import { openCluster, type ClusterClass } from '../cluster-class.ts'
import { keeps } from '../figures.ts'
import { freeze } from '../watch.ts'

let cluster: ClusterClass

beforeAll(async () => {
  cluster = await openCluster({ people: 5, publish: 3 })
})
afterAll(() => cluster?.close())
beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => cluster.here.explain())
  await seesPictures(cluster.here.page, 1, 30)
})

const heardByAll = (ids: string[]) =>
  until('everybody heard it', () =>
    Promise.resolve(
      cluster.here.light.people.every(({ heardChat }) => ids.every((id) => heardChat.includes(id))),
    ),
  )

it('goes on for half a minute without Redis, which comes back empty and is filled within five seconds', async () => {
  const { here, redis } = cluster
  const [began, said]: [number, string[]] = [Date.now(), []]
  const liveness = { asked: 0, green: 0 }
  await redis.stop()
  for (const until = Date.now() + 30_000; Date.now() < until; await sleep(3_000)) {
    said.push(await here.light.mentor.say('without Redis', 5_000))
    liveness.asked++
    const answer = await fetch(`${here.product.url}/health/live`, { signal: AbortSignal.timeout(2_000) })
    liveness.green += Number(answer.ok)
  }
  await heardByAll(said)
  expect(liveness.green, 'liveness').toBe(liveness.asked)
  cluster.redis = await startRedis(Number(new URL(redis.url).port))
  const back = Date.now()
  const store = new Redis(cluster.redis.url)
  const keys = [cluster.first, cluster.extra.nodeId].map(nodeKey)
  await until('both nodes are registered', async () => (await store.exists(...keys)) === 2)
  store.disconnect()
  keeps('refill of Redis', [Date.now() - back], 5_000)
  keeps('freeze while Redis was gone', [await freeze(here.page, began)], 1_000)
  expect(here.light.people.map(({ joins }) => joins)).toEqual(here.light.people.map(() => 1))
})

it('goes on while Postgres restarts, and keeps what was said meanwhile', async () => {
  const { here } = cluster
  const [postgres] = here.product.pids('bin/postgres')
  const before = here.light.people.map(({ peerId }) => peerId)
  const began = Date.now()
  process.kill(postgres!, 'SIGINT')
  const saying = Array.from({ length: 5 }, async (_, n) => {
    await sleep(n * 300)
    return here.light.people[n]!.say(`while it was away, ${n}`)
  })
  const said = await Promise.all(saying)
  console.log(`FIGURE said while Postgres restarted: kept after ${Date.now() - began} ms`)
  await heardByAll(said)
  expect(await here.visitor(({ heardChat }) => said.filter((id) => !heardChat.includes(id)))).toEqual([])
  expect(here.light.people.map(({ peerId }) => peerId)).toEqual(before)
  keeps('freeze while Postgres restarted', [await freeze(here.page, began)], 1_000)
})
