import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { openRoom } from './open-room.ts'
import type { OpenRoom } from './open-room.ts'
import type { Joining } from './participant.ts'
import { until } from './until.ts'

let node: NodeUnderTest
let room: OpenRoom
const join = (joining?: Joining) => room.join(joining)
/** So many people, each with a camera of three layers, one after the other; the ids of those. */
const cameras = async (count: number) => {
  const ids: string[] = []
  for (let n = 0; n < count; n++) ids.push(await (await join({ videos: 0 })).publish('camera', { layers: 3 }))
  return ids
}

beforeAll(async () => {
  node = await startTestNode()
})
afterAll(() => node.close())
beforeEach(async () => {
  room = await openRoom(node)
})
afterEach(() => room.close())

describe('somebody’s screen', () => {
  it('is filled by the answer to joining: the shared screen, the mentor, then the others', async () => {
    const [asha, ravi] = [await join({ videos: 0 }), await join({ videos: 0 })]
    await asha.produce('camera')
    await ravi.produce('camera')
    await asha.produce('microphone')
    const mentor = await join({ mentor: true })
    const face = await mentor.produce('camera')
    const screen = await mentor.produce('screen')
    const { setup } = await join({ videos: 3 })
    const videos = setup.consumers.filter(({ kind }) => kind === 'video').map(({ producerId }) => producerId)
    expect(videos).toHaveLength(3)
    expect(videos).toEqual(expect.arrayContaining([face, screen]))
    expect(setup.consumers.filter(({ kind }) => kind === 'audio')).toHaveLength(1)
  })

  it('decides what comes: a tile brings its picture, and nothing comes that is not on it', async () => {
    const [first, second, third] = await cameras(3)
    const learner = await join({ videos: 1 })
    await learner.follow()
    await until('the first picture moves', () => learner.packets(first!) > 10)
    expect([...learner.consumers.values()].map(({ producerId }) => producerId)).toEqual([first])
    await learner.show([first!, 180], [third!, 180])
    await until('the third picture moves', () => learner.packets(third!) > 10)
    expect(learner.find(second!)).toBeUndefined()
    const [late] = await cameras(1)
    await learner.publish('microphone')
    expect(learner.find(late!)).toBeUndefined()
  })

  it('has a new picture by itself while the client has not said what it shows', async () => {
    const learner = await join({ videos: 1 })
    await learner.follow()
    const [first] = await cameras(1)
    await until('it moves', () => learner.packets(first!) > 10)
    await cameras(1)
    expect(learner.consumers.size).toBe(1)
  })

  it('hides a tile: nothing is sent at once, it returns without a new consumer, and is closed after a while', async () => {
    const [camera] = await cameras(1)
    const learner = await join()
    await learner.follow()
    const consumer = await learner.consumerOf(camera!)
    await learner.show([camera!, 180])
    await until('it moves', () => learner.packets(consumer) > 10)
    await learner.show()
    await until('nothing came for a second', () => performance.now() - learner.lastAt(camera!) > 1_000)
    const before = learner.packets(consumer)
    await learner.show([camera!, 180])
    await until('it moves again', () => learner.packets(consumer) > before + 10)
    await learner.show()
    const since = performance.now()
    await room.server.heard('consumer.closed', ({ consumerId }) => consumerId === consumer.consumerId, 15_000)
    expect(performance.now() - since).toBeGreaterThan(7_500)
    expect(node.workers.slots[0]?.consumers).toBe(0)
    await learner.show([camera!, 180])
    await until('a new consumer brings it back', () => learner.packets(camera!) > 10)
  })

  it('follows the last view, however fast they come', async () => {
    const ids = await cameras(4)
    const learner = await join({ videos: 0 })
    await learner.follow()
    const views = Array.from({ length: 40 }, (_, n) => learner.show([ids[n % 4]!, 180 + n]))
    await Promise.all([...views, learner.show([ids[2]!, 1080])])
    const third = await learner.consumerOf(ids[2]!)
    await until('the third is large', () => learner.layer(third) === 2)
    const others = ids.filter((id) => id !== ids[2])
    await until('the others stand', () => others.every((id) => performance.now() - learner.lastAt(id) > 500))
  })

  it('tells the publisher which layers anybody looks at: more at once, less after some seconds', async () => {
    const [camera] = await cameras(1)
    const told = () =>
      room.server.all('layers.wanted').flatMap((w) => (w.producerId === camera ? [w.layer] : []))
    const [asha, ravi] = [await join({ videos: 0 }), await join({ videos: 0 })]
    await until('nobody looks', () => told().at(-1) === -1)
    await asha.show([camera!, 180])
    expect(told().at(-1)).toBe(0)
    await ravi.show([camera!, 720])
    expect(told().at(-1)).toBe(2)
    const since = performance.now()
    await room.server.ask('peer.close', ravi.of)
    await until('only the small one is looked at', () => told().at(-1) === 0)
    expect(performance.now() - since).toBeGreaterThan(2_500)
    await asha.show()
    await until('nobody looks again', () => told().at(-1) === -1)
  })
})
