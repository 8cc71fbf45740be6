import { randomInt, randomUUID } from 'node:crypto'
import { redundantSound } from '@peerlearn/contract/media'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import { nextHeader, parametersFor } from './rtp.ts'
import type { Stream } from './rtp.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

let nodes: NodeUnderTest[]
let servers: ServerEnd[]
/** The speaker's. */
let server: ServerEnd
let roomId: string
let lost: boolean
const people: Participant[] = []
const timers: NodeJS.Timeout[] = []

/** Each with so many workers: with several, each person is on one of their own. */
async function open(workers: number, count = 1) {
  const env = { SFU_MAX_PEERS: workers > 1 ? '1' : '100' }
  nodes = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      startTestNode({ workers, env: { ...env, SFU_NODE_ID: `node-${n}` } }),
    ),
  )
  servers = await Promise.all(nodes.map((node) => node.server()))
  server = servers[0]!
}

async function join(redundancy: boolean, on = server) {
  const person = await Participant.join(on, roomId, { redundancy })
  people.push(person)
  await person.follow()
  return person
}

/** A voice of which a third is lost on its way up while `lost` is set. */
const speak = (person: Participant) =>
  person.publish('microphone', { isLost: () => lost && Math.random() < 0.33 })

const wanted = (producerId: string) =>
  server.told
    .filter(({ event }) => event === 'layers.wanted')
    .map(({ data }) => data as { producerId: string; layer: number })
    .filter((one) => one.producerId === producerId)
    .at(-1)?.layer

/** As a browser sends it when it is asked to. */
async function repeat(person: Participant, { source = 'microphone' as const } = {}) {
  const stream: Stream = { ssrc: randomInt(1, 2 ** 31), sequenceNumber: 1, timestamp: 1 }
  const end = await person.connectSend()
  const parameters = parametersFor(source, [stream.ssrc], String(randomInt(1e6)))
  const { producerId } = await server.ask('producer.create', {
    ...person.of,
    transportId: person.setup.send.id,
    kind: 'audio',
    source,
    rtpParameters: { ...parameters, codecs: [{ ...redundantSound, payloadType: 63 }] },
    paused: false,
  })
  const send = () => {
    const header = nextHeader(stream, 'audio', 20)
    header.payloadType = 63
    void end.dtls.sendRtp(Buffer.alloc(200, 1), header)
  }
  timers.push(setInterval(send, 20))
  return producerId
}

/** Of the two consumers of a microphone. */
const inRed = (person: Participant, producerId: string) =>
  [...person.consumers.values()].find(
    (one) =>
      one.producerId === producerId && one.rtpParameters.codecs[0]?.mimeType === redundantSound.mimeType,
  )
const plain = (person: Participant, producerId: string) =>
  [...person.consumers.values()].find(
    (one) => one.producerId === producerId && one.rtpParameters.codecs[0]?.mimeType === 'audio/opus',
  )!
async function goesOn(what: string, person: Participant, consumer: Parameters<Participant['packets']>[0]) {
  const before = person.packets(consumer)
  await until(what, () => person.packets(consumer) > before + 30)
}
const standsStill = (what: string, person: Participant, consumer: Parameters<Participant['packets']>[0]) =>
  until(what, async () => {
    const before = person.packets(consumer)
    await new Promise((done) => setTimeout(done, 300))
    return person.packets(consumer) === before
  })

beforeEach(() => {
  roomId = randomUUID()
  lost = false
})
afterEach(async () => {
  for (const timer of timers.splice(0)) clearInterval(timer)
  await Promise.all(people.splice(0).map((person) => person.vanish()))
  await Promise.all(nodes.map((node) => node.close()))
})

/** The room is on all nodes from now on. */
function link() {
  const all = nodes.map(({ nodeId, port }) => ({ nodeId, url: `ws://127.0.0.1:${port}` }))
  return Promise.all(servers.map((end) => end.ask('room.link', { roomId, nodes: all })))
}

/** Heard in RED by one who can, on the last of so many nodes. */
async function heardInRed(workers: number, count = 1) {
  await open(workers, count)
  const speaker = await join(true)
  const far = servers.at(-1)
  const [able, other] = [await join(true, far), await join(false, far)]
  await link()
  const voice = await speak(speaker)
  for (const person of [able, other]) await until('the voice arrives', () => person.packets(voice) > 60)
  expect(wanted(voice)).toBeUndefined()
  lost = true
  await until('it is asked for', () => wanted(voice) === 1, 30_000)
  const repeated = await repeat(speaker)
  const red = await until('it comes in RED', () => inRed(able, voice))
  await goesOn('RED arrives', able, red)
  await standsStill('only that', able, plain(able, voice))
  return { speaker, able, other, voice, repeated, red }
}

describe('a voice of which much is lost', () => {
  it('is heard in RED by who understands it, and as ever by others; plainly again when that ends', async () => {
    const { speaker, able, other, voice, repeated } = await heardInRed(1)
    await goesOn('the others hear it', other, plain(other, voice))
    expect(inRed(other, voice)).toBeUndefined()
    const opened = server.told.filter(({ event }) => event === 'producer.opened')
    expect(opened).toHaveLength(1)
    await server.ask('producer.close', { ...speaker.of, producerId: repeated })
    await until('it has gone', () => !inRed(able, voice))
    await goesOn('plain again', able, plain(able, voice))
    expect(server.told.some(({ event }) => event === 'producer.closed')).toBe(false)
  }, 60_000)

  it('comes from another worker so, is silent while it is muted, and goes with its microphone', async () => {
    const { speaker, able, voice, red } = await heardInRed(3)
    await server.ask('producer.pause', { ...speaker.of, producerId: voice })
    await standsStill('silence', able, red)
    await server.ask('producer.resume', { ...speaker.of, producerId: voice })
    await goesOn('it is heard again', able, red)
    await server.ask('producer.close', { ...speaker.of, producerId: voice })
    await until('both have gone', () => able.consumers.size === 0)
  }, 60_000)

  it('comes from another node so, and is heard plainly when its publisher takes it back', async () => {
    const { speaker, able, voice, repeated, red } = await heardInRed(1, 2)
    await server.ask('producer.pause', { ...speaker.of, producerId: voice })
    await standsStill('silence', able, red)
    await server.ask('producer.resume', { ...speaker.of, producerId: voice })
    await goesOn('it is heard again', able, red)
    await server.ask('producer.close', { ...speaker.of, producerId: repeated })
    await until('it has gone', () => !inRed(able, voice))
    await goesOn('plain again', able, plain(able, voice))
    await server.ask('producer.close', { ...speaker.of, producerId: voice })
    await until('the plain one, too', () => able.consumers.size === 0)
  }, 60_000)

  it('is gone altogether with the worker of who speaks', async () => {
    const { speaker, able, other } = await heardInRed(3)
    const { slot } = nodes[0]!.rooms.find(roomId)!.peers.get(speaker.of.peerId)!.host!
    process.kill(slot.pid!, 'SIGKILL')
    for (const { consumers } of [able, other]) await until('nothing is left', () => consumers.size === 0)
    const next = await speak(other)
    await until('the next is heard', () => able.packets(next) > 60)
  }, 60_000)

  it('is heard plainly by one who chooses to receive less', async () => {
    const { able, voice } = await heardInRed(1)
    await able.receive({ mode: 'saver' })
    await goesOn('plain again', able, plain(able, voice))
    await until('not in RED', () => !inRed(able, voice))
    await until('nobody wants it', () => wanted(voice) === -1)
  }, 60_000)

  it('is refused in RED without a microphone, and of anything else; asked for twice, it is the newer one', async () => {
    await open(1)
    const speaker = await join(true)
    await expect(repeat(speaker)).rejects.toMatchObject({ code: 'media-refused' })
    await speak(speaker)
    await expect(repeat(speaker, { source: 'screen-audio' as 'microphone' })).rejects.toMatchObject({
      code: 'media-refused',
    })
    expect(await repeat(speaker)).toBe(await repeat(speaker))
  })
})
