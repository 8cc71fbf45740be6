import { afterAll, beforeAll, expect, it } from 'vitest'
import { startApart, type Apart } from './apart.ts'
import { joinRoom } from './in-room.ts'
import { hears, newMember, seesPictures, stats, until, type Person } from './person.ts'

let apart: Apart
let mentor: Person

beforeAll(async () => {
  apart = await startApart('turn', { turnTls: true })
  const { url, demo } = apart.product
  mentor = await newMember(apart.mentors, url, demo.mentor)
  await joinRoom(mentor, demo.liveSessionId)
})

afterAll(() => apart?.close())

/** A learner in the room, with pictures and voices both ways. */
async function joined(): Promise<Person> {
  const { url, demo } = apart.product
  const learner = await newMember(apart.learners, url, demo.learners[0])
  await joinRoom(learner, demo.liveSessionId)
  await seesPictures(learner.page, 1)
  await seesPictures(mentor.page, 1)
  await hears(learner.page, 1)
  await hears(mentor.page, 1)
  return learner
}

/** How both of the learner's transports reach the node: the kind of candidate, and what carries it to the relay. */
const pathsOf = ({ page }: Person) =>
  until('a nominated pair on both transports', async () => {
    const pairs = await stats<RTCIceCandidatePairStats>(page, 'candidate-pair')
    const used = pairs.filter((p) => p.nominated && p.state === 'succeeded').map((p) => p.localCandidateId)
    const local = await stats<RTCStats & { candidateType: string; relayProtocol: string }>(
      page,
      'local-candidate',
    )
    const found = local.filter((c) => used.includes(c.id))
    return found.length >= 2 && new Set(found.map((c) => `${c.candidateType}/${c.relayProtocol}`))
  })

it('lets a learner in whose network leaves open nothing but the UDP port of TURN', async () => {
  apart.block({ udp: true, exceptUdpPort: 3478, tcpPorts: '{ 3478, 5349, 40000-49151 }' })
  const learner = await joined()
  expect(await pathsOf(learner)).toEqual(new Set(['relay/udp']))
  await learner.leave()
})

it('lets a learner in whose network blocks UDP and the media ports, through TURN over TCP', async () => {
  apart.block({ udp: true, tcpPorts: '{ 5349, 40000-49151 }' })
  const learner = await joined()
  expect(await pathsOf(learner)).toEqual(new Set(['relay/tcp']))
  await learner.leave()
})

/** The relays in the order in which the browser is to ask them. */
const askedRelays = ({ page }: Person) =>
  page.evaluate(() => {
    const kept = (window as unknown as { keptPeerConnections: RTCPeerConnection[] }).keptPeerConnections
    const connection = kept.find((one) => one.connectionState !== 'closed')
    return (connection?.getConfiguration().iceServers ?? []).flatMap(({ urls }) => urls)
  })

it('asks first for the way that won last time, the next time', async () => {
  apart.block({ udp: true, tcpPorts: '{ 3478, 40000-49151 }' })
  const learner = await joined()
  expect((await askedRelays(learner))[0]).toMatch(/transport=udp$/)
  await until('it is remembered', () =>
    learner.page.evaluate(() => localStorage.getItem('peerlearn.way') === 'turn-tls'),
  )
  await learner.page.getByRole('button', { name: 'Leave' }).click()
  await joinRoom(learner, apart.product.demo.liveSessionId)
  await seesPictures(learner.page, 1)
  const asked = await askedRelays(learner)
  expect(asked[0]).toMatch(/^turns:/)
  expect(asked.length, 'no other is left out').toBeGreaterThan(2)
  await learner.leave()
})

it('lets a learner in whose network lets nothing out but TLS, through TURN over TLS', async () => {
  apart.block({ udp: true, tcpPorts: '{ 3478, 40000-49151 }' })
  const learner = await joined()
  expect(await pathsOf(learner)).toEqual(new Set(['relay/tls']))
  await learner.leave()
})

it('lets a learner in whose network blocks UDP only, over TCP to the media node itself', async () => {
  apart.block({ udp: true })
  const { url, demo } = apart.product
  const learner = await newMember(apart.learners, url, demo.learners[0])
  await joinRoom(learner, demo.liveSessionId)
  await seesPictures(learner.page, 1)
})
