/** What a stranger or a spiteful client sends: mutated parameters, and mutated packets at the worker's own port. */
import { AppError } from '@peerlearn/contract/errors'
import type { SfuMethod } from '@peerlearn/contract/sfu'
import { randomUUID } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { RtpHeader } from 'werift'
import { Participant } from '../sfu/test/participant.ts'
import { parametersFor, rtpCapabilities, senderReport } from '../sfu/test/rtp.ts'
import type { ServerEnd } from '../sfu/test/server-end.ts'
import { inTurns } from '../loadtest/accounts.ts'
import { mutateJson, mutatePacket, type Random } from './mutate.ts'

const fingerprint = { algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }
/** Bodies that one stranger gets before another comes: what was taken by chance is then closed. */
const each = 100

/** Mutated bodies of connecting, producing, consuming and looking. @returns how many were answered, and how */
export async function mutatedBodies(control: ServerEnd, random: Random, count: number) {
  const answers = { taken: 0, refused: 0, faults: [] as string[] }
  const roomId = randomUUID()
  for (let sent = 0; sent < count; sent += each) {
    const stranger = await Participant.join(control, roomId)
    const bodies = Array.from({ length: Math.min(each, count - sent) }, () => oneBody(stranger, random))
    await inTurns(bodies, 8, ([method, data]) =>
      control.askAnything(method, data).then(
        () => answers.taken++,
        (error: unknown) => {
          answers.refused++
          // Refused is fine; not knowing why is a fault of ours.
          const known = error instanceof AppError && error.code !== 'internal-error'
          if (!known) answers.faults.push(`${method} ${String(error)}: ${JSON.stringify(data).slice(0, 600)}`)
        },
      ),
    )
    await stranger.vanish()
    await control.ask('peer.close', stranger.of)
  }
  await control.ask('room.close', { roomId })
  return answers
}

function oneBody({ of, setup }: Participant, random: Random): [SfuMethod, unknown] {
  const transportId = setup.send.id
  const source = random() < 0.5 ? 'camera' : 'microphone'
  const ssrcs = source === 'camera' ? [1, 2, 3].map((n) => Math.floor(random() * 2 ** 31) + n) : [7]
  const rtpParameters = parametersFor(source, ssrcs, '0')
  const kind = source === 'camera' ? 'video' : 'audio'
  const bodies: [SfuMethod, unknown][] = [
    [
      'transport.connect',
      { ...of, transportId, dtlsParameters: { role: 'client', fingerprints: [fingerprint] } },
    ],
    ['producer.create', { ...of, transportId, kind, source, rtpParameters, paused: false }],
    [
      'peer.create',
      {
        ...of,
        rtpCapabilities,
        mentor: false,
        maxProducers: { audio: 1, video: 1 },
        receive: { mode: 'full', maxBitrate: null },
        view: { videos: 9 },
      },
    ],
    ['consumer.resume', { ...of, consumerIds: [randomUUID(), transportId] }],
    ['view.set', { ...of, tiles: [{ producerId: randomUUID(), width: 320, height: 180 }] }],
    ['receive.set', { ...of, mode: 'saver', maxBitrate: 100_000 }],
  ]
  const [method, data] = bodies[Math.floor(random() * bodies.length)]!
  // Its own room and peer are kept: it is the rest that reaches the worker.
  return [method, { ...(mutateJson(random, data) as object), ...of }]
}

/** For so long: from strangers over UDP and TCP, and from a peer whose packets are let through. @returns how many */
export async function mutatedPackets(control: ServerEnd, random: Random, ms: number): Promise<number> {
  const peer = await Participant.join(control, randomUUID())
  const end = await peer.connectSend()
  const { iceCandidates, iceParameters } = peer.setup.send
  const { ip, port } = iceCandidates[0]!
  const { connection } = end.dtls.iceTransport
  const kept: Buffer[] = [binding(iceParameters.usernameFragment), hello]
  const own = connection.send.bind(connection)
  connection.send = (packet) => {
    kept.push(Buffer.from(packet))
    return own(packet)
  }
  for (let n = 0; n < 20; n++) {
    const header = new RtpHeader({ ssrc: 7, sequenceNumber: n, timestamp: n * 960, payloadType: 111 })
    await end.dtls.sendRtp(Buffer.alloc(200, n), header)
    await end.dtls.sendRtcp([senderReport({ ssrc: 7, sequenceNumber: n, timestamp: n * 960 })])
  }
  connection.send = own
  const strangers = Array.from({ length: 4 }, () => createSocket('udp4'))
  let sent = 0
  for (const until = Date.now() + ms; Date.now() < until; await sleep(5)) {
    for (let n = 0; n < 12; n++, sent++) {
      const packet = mutatePacket(random, kept[Math.floor(random() * kept.length)]!)
      if (n % 3 === 0) await connection.send(packet)
      else strangers[n % strangers.length]!.send(packet, port, ip)
    }
    if (sent % 600 === 0) overTcp(ip, port, mutatePacket(random, kept[Math.floor(random() * kept.length)]!))
  }
  for (const stranger of strangers) stranger.close()
  await peer.vanish()
  return sent
}

/** Framed as ICE over TCP wants it, now and then with a length that lies. */
function overTcp(host: string, port: number, packet: Buffer): void {
  const socket = connect({ host, port }, () => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(packet.length % 5 === 0 ? 65_535 : packet.length & 0xffff)
    socket.end(Buffer.concat([length, packet]))
  })
  socket.on('error', () => undefined) // refused or cut off: as it should be
  socket.setTimeout(2_000, () => socket.destroy())
}

/** A STUN binding request for this transport, without the integrity that only its owner can make. */
function binding(usernameFragment: string): Buffer {
  const name = Buffer.from(
    `${usernameFragment}:abcd`.padEnd(Math.ceil((usernameFragment.length + 5) / 4) * 4),
  )
  const head = Buffer.from([
    0,
    1,
    0,
    name.length + 4,
    0x21,
    0x12,
    0xa4,
    0x42,
    ...Buffer.alloc(12, 9),
    0,
    6,
    0,
    name.length,
  ])
  return Buffer.concat([head, name])
}

/** The head of a DTLS 1.2 ClientHello and filling. */
const hello = Buffer.concat([
  Buffer.from([
    22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 120, 1, 0, 0, 108, 0, 0, 0, 0, 0, 0, 0, 108, 254, 253,
  ]),
  Buffer.alloc(106, 3),
])
