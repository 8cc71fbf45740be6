import { randomUUID } from 'node:crypto'
import { receiveCeiling } from '@peerlearn/contract/media'
import type { ReceiveMode, Source } from '@peerlearn/contract/media'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

/** 50 packets a second: an Opus voice at 32 kbit/s, and the layers of a camera and a screen. */
const voice = { bytes: 80 }
const camera = { layers: 3, bytes: [150, 600, 1_100] }
const screen = { layers: 2, bytes: [120, 1_000] }

let node: NodeUnderTest
let server: ServerEnd
let mentor: Participant
const roomId = randomUUID()
const people: Participant[] = []
const sent: Record<string, Partial<Record<Source, string>>> = {}

const join = async (joining?: Parameters<typeof Participant.join>[2]) => {
  const participant = await Participant.join(server, roomId, joining)
  people.push(participant)
  return participant
}
const idsOf = ({ of }: Participant) => sent[of.peerId] ?? {}

beforeAll(async () => {
  node = await startTestNode()
  server = await node.server()
  mentor = await join({ mentor: true, videos: 0 })
  sent[mentor.of.peerId] = {
    camera: await mentor.publish('camera', camera),
    screen: await mentor.publish('screen', screen),
    microphone: await mentor.publish('microphone', voice),
  }
  for (let n = 0; n < 3; n++) {
    const learner = await join({ videos: 0 })
    sent[learner.of.peerId] = {
      camera: await learner.publish('camera', camera),
      microphone: await learner.publish('microphone', { ...voice, loudness: 30 + n }),
    }
  }
})
afterAll(async () => {
  await Promise.all(people.map((participant) => participant.vanish()))
  await node.close()
})

/** Somebody with everybody's pictures on their screen, for whom everything that was wished has begun to flow. */
async function viewer(mode: ReceiveMode, maxBitrate: number | null = null): Promise<Participant> {
  const viewer = await join({ receive: { mode, maxBitrate } })
  await viewer.follow()
  const tiles = Object.values(sent).flatMap(({ screen, camera }) => [screen, camera])
  await viewer.show(...tiles.flatMap((id): [string, number][] => (id ? [[id, 720]] : [])))
  await until('the mentor is heard', () => viewer.packets(idsOf(mentor).microphone!) > 50)
  return viewer
}

/** Waits until it stays under the ceiling, then measures. */
async function settled(viewer: Participant, ceiling: number): Promise<number> {
  await until('it takes no more than it may', async () => (await viewer.down.rate(1)) <= ceiling)
  return await viewer.down.rate(5)
}

const flowing = async (viewer: Participant) => {
  const counts = () => new Map([...viewer.consumers.values()].map((c) => [c.producerId, viewer.packets(c)]))
  const before = counts()
  await viewer.down.rate(1)
  return [...counts()].filter(([id, count]) => count > (before.get(id) ?? 0) + 10).map(([id]) => id)
}

describe('receiving', () => {
  it('full takes everything that is shown', async () => {
    const full = await viewer('full')
    await until('it is a lot', async () => (await full.down.rate(1)) > 1_500_000)
    expect(await flowing(full)).toHaveLength(9)
    await full.vanish()
  })

  it('saver stays within 300 kbit/s: sound, the screen and a few small pictures', async () => {
    const saver = await viewer('saver')
    const rate = await settled(saver, receiveCeiling.saver!)
    expect(rate).toBeLessThanOrEqual(receiveCeiling.saver!)
    expect(rate).toBeGreaterThan(120_000)
    const flows = await flowing(saver)
    expect(flows).toEqual(expect.arrayContaining([idsOf(mentor).microphone, idsOf(mentor).screen]))
    const screenAt = await saver.consumerOf(idsOf(mentor).screen!)
    expect(saver.layer(screenAt)).toBe(0)
    await saver.vanish()
  })

  it('slides stays within 150 kbit/s: the screen and the mentor’s voice', async () => {
    const slides = await viewer('slides')
    const rate = await settled(slides, receiveCeiling.slides!)
    expect(rate).toBeLessThanOrEqual(receiveCeiling.slides!)
    expect((await flowing(slides)).sort()).toEqual([idsOf(mentor).microphone, idsOf(mentor).screen].sort())
    await slides.vanish()
  })

  it('voice stays within 64 kbit/s: one sound', async () => {
    const oneVoice = await viewer('voice')
    const rate = await settled(oneVoice, receiveCeiling.voice!)
    expect(rate).toBeLessThanOrEqual(receiveCeiling.voice!)
    expect(await flowing(oneVoice)).toEqual([idsOf(mentor).microphone])
    await oneVoice.vanish()
  })

  it('changes in the middle of the class, down and up again, and a budget lowers it further', async () => {
    const learner = await viewer('full')
    await learner.receive({ mode: 'voice' })
    expect(await settled(learner, 64_000)).toBeLessThanOrEqual(64_000)
    await learner.receive({ mode: 'full', maxBitrate: 200_000 })
    expect(await settled(learner, 200_000)).toBeLessThanOrEqual(200_000)
    await learner.receive({ mode: 'full' })
    await until('everything is back', async () => (await flowing(learner)).length === 9)
    await learner.vanish()
  })
})

describe('a link of 180 kbit/s', () => {
  it('keeps the mentor’s voice: at most one packet in twenty is lost', async () => {
    const learner = await viewer('full')
    const heard = () => ({ ...learner.heardOf(idsOf(mentor).microphone!)! })
    const atFirst = heard()
    learner.down.narrowTo = 180_000
    await learner.down.rate(5)
    const settled = heard()
    await learner.down.rate(40)
    const last = heard()
    const lostFrom = (before: typeof last) => {
      const lost = last.lost - before.lost
      return lost / (lost + last.packets - before.packets)
    }
    const percent = [atFirst, settled].map((before) => `${(lostFrom(before) * 100).toFixed(1)} %`)
    console.log(`of the mentor’s voice, lost in 45 s from when the link became narrow: ${percent[0]}`)
    console.log(`in the last 40 s of these: ${percent[1]}`)
    expect(lostFrom(settled)).toBeLessThanOrEqual(0.05)
    expect(lostFrom(atFirst)).toBeLessThanOrEqual(0.1)
    expect(last.packets - atFirst.packets).toBeGreaterThan(1_000)
    learner.down.narrowTo = Infinity
    await until('pictures come back', async () => (await flowing(learner)).length === 9, 90_000)
    await learner.vanish()
  }, 160_000)
})
