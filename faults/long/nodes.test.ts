/** Whole nodes that go: emptied on purpose, killed, or silent. The class is on another before anybody gives up. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { seesPictures, until } from '../../client/e2e/person.ts'
import { openCluster, moveClass, type ClusterClass } from '../cluster-class.ts'
import { addNode, livesOn } from '../cluster.ts'
import { keeps } from '../figures.ts'
import { freeze, nextFrame } from '../watch.ts'

let cluster: ClusterClass

beforeAll(async () => {
  cluster = await openCluster({ people: 5, publish: 3 })
})
afterAll(() => cluster?.close())
beforeEach(async ({ onTestFailed }) => {
  onTestFailed(() => cluster.here.explain())
  await seesPictures(cluster.here.page, 1, 30)
})

const seats = () => cluster.here.light.people.map(({ peerId }) => peerId)

it('moves a class to another node without anybody seeing it, and back', async () => {
  const { here, first, extra } = cluster
  const [before, gaps]: [ReturnType<typeof seats>, number[]] = [seats(), []]
  for (const [from, to] of [
    [first, extra.nodeId],
    [extra.nodeId, first],
  ] as const) {
    const began = Date.now()
    await moveClass(cluster, from, to)
    await sleep(2_000)
    gaps.push(await freeze(here.page, began))
  }
  expect(seats()).toEqual(before)
  keeps('frame gap by a drained node', gaps, 500)
})

it('is on another node within eight seconds after its node was killed', async () => {
  await afterLosing('freeze by a killed node', ({ pid }) => process.kill(pid, 'SIGKILL'))
})

it('is on another node within eight seconds after its node fell silent, as when its network is cut', async () => {
  await afterLosing('freeze by a node that is cut off', ({ pid, workers }) => {
    for (const one of [pid, ...workers()]) process.kill(one, 'SIGSTOP')
  })
})

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

async function afterLosing(name: string, lose: (node: ClusterClass['extra']) => void): Promise<void> {
  const { here, first, extra, redis } = cluster
  await moveClass(cluster, first, extra.nodeId)
  await sleep(3_000)
  const before = seats()
  const workers = extra.workers()
  const began = Date.now()
  lose(extra)
  await nextFrame(here.page, began + 800)
  await seesPictures(here.page, 1, 20)
  const freezeMs = await freeze(here.page, began)
  await until('everybody is back', () => Promise.resolve(here.light.people.every((one) => one.connected)))
  await until(
    'the class is elsewhere',
    async () => (await livesOn(here.product, here.light.sessionId))[0] === first,
  )
  await extra.stop('SIGKILL')
  // Stopped ones don't end with their parent.
  for (const pid of workers) endNow(pid)
  cluster.extra = await addNode(here.product, redis.url)
  expect(seats()).toEqual(before)
  keeps(name, [freezeMs], 8_000)
}
