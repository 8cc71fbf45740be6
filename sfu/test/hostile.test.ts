import { randomUUID } from 'node:crypto'
import type { RtpParameters } from '@peerlearn/contract/media'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import { parametersFor, peerOptions } from './rtp.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

let node: NodeUnderTest
let server: ServerEnd
let mentor: Participant
let learner: Participant
const roomId = randomUUID()

beforeAll(async () => {
  node = await startTestNode()
  server = await node.server()
  mentor = await Participant.join(server, roomId)
  await mentor.publish('camera')
  learner = await Participant.join(server, roomId)
  await learner.resume(learner.setup.consumers)
})
afterAll(async () => {
  await Promise.all([mentor.vanish(), learner.vanish()])
  await node.close()
})

/** Does the worst, then shows that the mentor's picture still reaches the learner, from the same worker. */
async function unharmed(attack: () => Promise<unknown>): Promise<void> {
  const pid = node.workers.slots[0]?.pid
  await attack()
  const [consumer] = learner.setup.consumers
  const before = learner.packets(consumer!)
  await until('frames go on', () => learner.packets(consumer!) > before + 20)
  expect(node.workers.slots[0]?.pid).toBe(pid)
}

const refusal = { code: expect.stringMatching(/^(bad-input|media-refused)$/) as string }
const print = Array.from({ length: 32 }, () => 'AB').join(':')
const stranger = () => Participant.join(server, roomId)

describe('wrong parameters answer an error and harm nobody else:', () => {
  it.each([
    ['no fingerprint', { fingerprints: [] }],
    ['an empty fingerprint', { fingerprints: [{ algorithm: 'sha-256', value: '' }] }],
    ['an unknown algorithm', { fingerprints: [{ algorithm: 'md5', value: print }] }],
    ['an unknown role', { role: 'boss', fingerprints: [{ algorithm: 'sha-256', value: print }] }],
    ['an unknown key', { fingerprints: [{ algorithm: 'sha-256', value: print }], evil: true }],
    ['nothing', null],
  ])('connecting with %s', async (_, dtlsParameters) => {
    const { of, setup } = await stranger()
    const data = { ...of, transportId: setup.send.id, dtlsParameters }
    await unharmed(() => expect(server.askAnything('transport.connect', data)).rejects.toMatchObject(refusal))
  })

  it('connecting twice', async () => {
    const { of, setup } = await stranger()
    const dtlsParameters = { fingerprints: [{ algorithm: 'sha-256' as const, value: print }] }
    const data = { ...of, transportId: setup.send.id, dtlsParameters }
    await server.ask('transport.connect', data)
    await unharmed(() => expect(server.ask('transport.connect', data)).rejects.toMatchObject(refusal))
  })

  const good = parametersFor('camera', [4_000_000], 'a')
  const [vp8] = good.codecs
  const mutations: [string, Partial<Record<keyof RtpParameters, unknown>>][] = [
    ['no codec', { codecs: [] }],
    ['a codec that the room does not speak', { codecs: [{ ...vp8, mimeType: 'video/H265' }] }],
    ['a codec without a name', { codecs: [{ ...vp8, mimeType: '' }] }],
    ['a payload type out of range', { codecs: [{ ...vp8, payloadType: 4_711 }] }],
    ['a payload type that is no number', { codecs: [{ ...vp8, payloadType: 'x' }] }],
    ['one payload type twice', { codecs: [vp8, { ...vp8, mimeType: 'video/rtx', parameters: { apt: 3 } }] }],
    ['no encoding', { encodings: [] }],
    ['an encoding that is nobody', { encodings: [{}], mid: undefined }],
    ['five encodings', { encodings: [1, 2, 3, 4, 5].map((ssrc) => ({ ssrc })) }],
    ['ninety-nine layers', { encodings: [{ ssrc: 1, scalabilityMode: 'L99T99' }] }],
    ['layers within layers', { encodings: [1, 2].map((ssrc) => ({ ssrc, scalabilityMode: 'L3T3' })) }],
    ['an ssrc below zero', { encodings: [{ ssrc: -1 }] }],
    ['a header extension nobody knows', { headerExtensions: [{ uri: 'urn:nothing', id: 5 }] }],
    ['a huge mid', { mid: 'x'.repeat(1_000) }],
    ['parameters that nest', { codecs: [{ ...vp8, parameters: { a: { b: 1 } } }] }],
  ]
  it.each(mutations)('producing with %s', async (_, mutation) => {
    const { of, setup } = await stranger()
    const rtpParameters = { ...good, ...mutation }
    const data = { ...of, transportId: setup.send.id, kind: 'video', source: 'camera', rtpParameters }
    await unharmed(() =>
      expect(server.askAnything('producer.create', { ...data, paused: false })).rejects.toMatchObject(
        refusal,
      ),
    )
  })

  it('producing somebody else’s ssrc on one transport twice', async () => {
    const person = await stranger()
    await person.produce('camera', [77])
    await unharmed(() => expect(person.produce('screen', [77])).rejects.toMatchObject(refusal))
  })

  it('producing a camera as audio, or on the transport that receives', async () => {
    const { of, setup } = await stranger()
    const wish = { kind: 'audio' as const, source: 'camera' as const, paused: false }
    const rtpParameters = parametersFor('microphone', [5], 'b')
    const ask = (transportId: string, source: 'camera' | 'microphone') =>
      server.ask('producer.create', { ...of, ...wish, source, transportId, rtpParameters })
    await unharmed(() => expect(ask(setup.send.id, 'camera')).rejects.toMatchObject(refusal))
    await unharmed(() =>
      expect(ask(setup.recv.id, 'microphone')).rejects.toMatchObject({ code: 'not-found' }),
    )
  })

  it.each([
    ['nothing at all', {}],
    ['a codec without a clock', { codecs: [{ kind: 'video', mimeType: 'video/VP8' }] }],
    ['a mime type of nonsense', { codecs: [{ kind: 'video', mimeType: 'nonsense', clockRate: 90_000 }] }],
    ['a kind that is neither', { codecs: [{ kind: 'smell', mimeType: 'video/VP8', clockRate: 90_000 }] }],
  ])('joining with capabilities of %s', async (_, capabilities) => {
    const data = { roomId, peerId: randomUUID(), rtpCapabilities: capabilities }
    await unharmed(() =>
      expect(server.askAnything('peer.create', { ...peerOptions, ...data })).rejects.toMatchObject(refusal),
    )
  })
})
