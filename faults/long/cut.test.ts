/** The network of a whole node is cut: nobody hears of it, and its process runs on. Later it is there again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seesPictures, until } from '../../client/e2e/person.ts'
import { moveClass, openCluster, type ClusterClass } from '../cluster-class.ts'
import { livesOn, nodesOf } from '../cluster.ts'
import { keeps } from '../figures.ts'
import { makeIsland, type Island } from '../island.ts'
import { freeze, nextFrame } from '../watch.ts'

let island: Island
let cluster: ClusterClass

beforeAll(async () => {
  island = makeIsland()
  cluster = await openCluster({ people: 5, publish: 3, island })
})
afterAll(async () => {
  await cluster?.close()
  await island?.close()
})

const seats = () => cluster.here.light.people.map(({ peerId }) => peerId)

it('is on another node within eight seconds, and stays there undisturbed when the node is back', async ({
  onTestFailed,
}) => {
  const { here, first, extra } = cluster
  onTestFailed(() => here.explain())
  await moveClass(cluster, first, extra.nodeId)
  await sleep(3_000)
  await seesPictures(here.page, 1, 30)
  const before = seats()
  const began = Date.now()
  island.cut()
  await nextFrame(here.page, began + 800)
  await seesPictures(here.page, 1, 20)
  const freezeMs = await freeze(here.page, began)
  await until('everybody is back', () => Promise.resolve(here.light.people.every((one) => one.connected)))
  await until(
    'the class is elsewhere',
    async () => (await livesOn(here.product, here.light.sessionId)).join() === first,
  )
  keeps('freeze by a node whose network is cut', [freezeMs], 8_000)
  const back = Date.now()
  island.mend()
  await until('the node is back', async () => (await nodesOf(here.product)).every(({ up }) => up), 40)
  await sleep(3_000)
  keeps('freeze by its return', [await freeze(here.page, back)], 1_000)
  expect(seats()).toEqual(before)
})
