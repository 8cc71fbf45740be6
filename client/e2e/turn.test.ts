import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApart, type Apart } from './apart.ts'
import { joinRoom } from './in-room.ts'
import { hears, newMember, seesPictures, stats, until } from './person.ts'

let apart: Apart

beforeAll(async () => {
  apart = await startApart('turn')
})

afterAll(() => apart?.close())

it('lets a learner in whose network blocks UDP and the media ports, through TURN over TCP', async () => {
  apart.block({ udp: true, tcpPorts: '40000-49151' })
  const { url, demo } = apart.product
  const mentor = await newMember(apart.mentors, url, demo.mentor)
  const learner = await newMember(apart.learners, url, demo.learners[0])
  await joinRoom(mentor, demo.liveSessionId)
  await joinRoom(learner, demo.liveSessionId)

  await seesPictures(learner.page, 1)
  await seesPictures(mentor.page, 1)
  await hears(learner.page, 1)
  await hears(mentor.page, 1)

  const paths = await until('a nominated pair on both transports', async () => {
    const pairs = await stats<RTCIceCandidatePairStats>(learner.page, 'candidate-pair')
    const used = pairs.filter((p) => p.nominated && p.state === 'succeeded').map((p) => p.localCandidateId)
    const local = await stats<RTCStats & { candidateType: string; relayProtocol: string }>(
      learner.page,
      'local-candidate',
    )
    const found = local.filter((c) => used.includes(c.id))
    return found.length >= 2 && found.map((c) => `${c.candidateType}/${c.relayProtocol}`)
  })
  expect(new Set(paths)).toEqual(new Set(['relay/tcp']))
})

it('lets a learner in whose network blocks UDP only, over TCP to the media node itself', async () => {
  apart.block({ udp: true })
  const { url, demo } = apart.product
  const learner = await newMember(apart.learners, url, demo.learners[0])
  await joinRoom(learner, demo.liveSessionId)
  await seesPictures(learner.page, 1)
})
