import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { openRoom } from './open-room.ts'
import type { OpenRoom } from './open-room.ts'
import type { Participant } from './participant.ts'
import { until } from './until.ts'

const learners = 16
const quiet = 90

let node: NodeUnderTest
let room: OpenRoom
let mentor: Participant
let listener: Participant
/** Of each learner, and of the mentor last; loudness in dB below full scale. */
const microphones: string[] = []
const loudness: number[] = []

const open = async (participant: Participant) => {
  const place = microphones.length
  loudness.push(quiet)
  const producerId = await participant.publish('microphone', {
    loudness: () => loudness[place] ?? quiet,
    bytes: 80,
  })
  microphones.push(producerId)
}
const speak = (places: number[], level = 20) => {
  loudness.forEach((_, place) => (loudness[place] = places.includes(place) ? level : quiet))
}
/** The microphones of which packets come. */
const heard = () =>
  microphones.flatMap((id, place) => (performance.now() - listener.lastAt(id) < 200 ? [place] : []))

beforeAll(async () => {
  node = await startTestNode()
  room = await openRoom(node)
  listener = await room.join()
  await listener.follow()
  for (let n = 0; n < learners; n++) await open(await room.join({ videos: 0 }))
  mentor = await room.join({ mentor: true, videos: 0 })
  await open(mentor)
})
afterAll(async () => {
  await room.close()
  await node.close()
})

describe('seventeen open microphones', () => {
  it('are heard as the loudest four and the mentor', async () => {
    speak([2, 5, 9, 14])
    await until('they are heard, and nobody else', () => heard().join() === [2, 5, 9, 14, learners].join())
    speak([1, 2, 3, 4, 5, 6, 7, 8])
    await until('no more than four at once', () => heard().length <= 5)
    expect(heard()).toContain(learners)
  })

  it('switch within a quarter of a second from the first loud packet to the first forwarded', async () => {
    const times: number[] = []
    for (const place of [0, 10, 6, 12, 3, 15, 8, 1, 13, 7]) {
      speak([])
      const since = performance.now()
      await until('it was silent for a second', () => performance.now() - since > 1_000)
      // the last four are sent also while they are silent
      if (performance.now() - listener.lastAt(microphones[place]!) < 300) continue
      const spoke = performance.now()
      speak([place])
      await until('they are heard', () => listener.lastAt(microphones[place]!) > spoke)
      times.push(listener.beganAt(microphones[place]!) - spoke)
    }
    console.log(`switching: ${times.map((ms) => Math.round(ms)).join(', ')} ms`)
    expect(times.length).toBeGreaterThan(5)
    // each of them stands for what the machine did in that moment, too: the middle one for what is built
    expect(times.sort((a, b) => a - b)[Math.floor(times.length / 2)]).toBeLessThanOrEqual(250)
  }, 120_000)

  it('are told as speakers, loudest first', async () => {
    speak([4], 15)
    await room.server.heard(
      'speakers.changed',
      ({ speakers }) => speakers[0]?.peerId === room.people[5]?.of.peerId,
    )
    await room.server.heard('loudest.changed', ({ producers }) => producers[0]?.producerId === microphones[4])
    speak([])
    await until('silence is told', () => room.server.all('speakers.changed').at(-1)?.speakers.length === 0)
  })

  it('are all heard again when eight are left open', async () => {
    speak([])
    const shut = room.people.slice(1, learners + 1).slice(7)
    await Promise.all(
      shut.map(({ of }, n) => room.server.ask('producer.pause', { ...of, producerId: microphones[n + 7]! })),
    )
    await until('all eight come', () => heard().length === 8)
  })

  it('cost each listener twelve consumers and not seventeen, some time after they were opened', async () => {
    await until('the others are closed', () => listener.consumers.size <= 12, 40_000)
  }, 50_000)
})

describe('nine open microphones on a node that is told two', () => {
  it('are heard as the loudest two and the mentor', async () => {
    const small = await startTestNode({ env: { SFU_MAX_VOICES: '2' } })
    const { join, close } = await openRoom(small)
    onTestFinished(async () => {
      await close()
      await small.close()
    })
    const ear = await join()
    await ear.follow()
    const sent: string[] = []
    for (let n = 0; n < 9; n++) {
      const person = await join({ mentor: n === 8, videos: 0 })
      sent.push(
        await person.publish('microphone', {
          loudness: () => [30, 31, 12, 30, 10, 32][n] ?? quiet,
          bytes: 80,
        }),
      )
    }
    const lately = () => sent.flatMap((id, n) => (performance.now() - ear.lastAt(id) < 200 ? [n] : []))
    await until('they are heard, and nobody else', () => lately().join() === '2,4,8')
  })
})
