/**
 * What a forwarded packet costs a worker in our room, beside bare mediasoup in the same run, for 10, 50, 100 and 300
 * viewers, and how that grows.
 *
 * Both sides are the same on the wire: one WebRTC publisher (a stream of 1,100 byte video packets and one of sound, as
 * many a second as make the same number of forwarded packets for all sizes of room) and WebRTC receivers, each with its
 * own transport on a WebRtcServer's UDP port. A receiver does real ICE and DTLS, then counts what arrives and throws it
 * away, so that the machine is left to the workers; most of its time to connect is waiting, so several come at once, and
 * they stay as the room grows. Ours goes through the control channel, Room and Peer, with speaker detection, statistics
 * and the watchdog at work; bare is mediasoup's own calls and nothing else. Only the worker's CPU is counted (getrusage),
 * over packets that really arrived. Both sides run at the same time, taking turns in who sends first, so that a noisy
 * machine disturbs both alike; the figure is the median of the rounds' ratios.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { inTurns } from '../loadtest/accounts.ts'
import { openBareRoom } from '../sfu/test/bare-room.ts'
import { startTestNode } from '../sfu/test/media-node.ts'
import { Participant } from '../sfu/test/participant.ts'
import { nextHeader, vp8Frame } from '../sfu/test/rtp.ts'
import type { Stream } from '../sfu/test/rtp.ts'
import type { WebRtcEnd } from '../sfu/test/webrtc-end.ts'
import { median } from './benchmark.ts'
import type { Figure } from './benchmark.ts'

const sizes = [10, 50, 100, 300]
const rounds = 7
const windowMs = 2_500
const comeAtOnce = 6
/** Of both sides together, so that a small machine keeps up. */
const forwardedASecond = 12_000
const packetBytes = 1_100
/** One packet of sound for so many of video. */
const videoToSound = 6

type Streams = Record<'camera' | 'microphone', Stream>

interface Side {
  publisher: WebRtcEnd
  streams: Streams
  /** One more receiver, connected. */
  admit: () => Promise<void>
  /** Packets that arrived at all receivers so far. */
  arrived: () => number
  /** Milliseconds of CPU of the worker so far. */
  cpuTime: () => Promise<number>
  close: () => Promise<void>
}

export async function fanOut(): Promise<Figure[]> {
  const sides: Sides = [await ourRoom(), await bareMediasoup()]
  try {
    const measured: Costs[] = []
    for (const [n, receivers] of sizes.entries()) {
      const newcomers = Array.from({ length: receivers - (sizes[n - 1] ?? 0) })
      for (const side of sides) await inTurns(newcomers, comeAtOnce, () => side.admit())
      measured.push(await costsFor(sides, receivers))
    }
    return measured.flatMap((costs) => figures(costs, measured[0]!))
  } finally {
    for (const side of sides) await side.close()
  }
}

type Sides = [ours: Side, bare: Side]

interface Costs {
  receivers: number
  ours: number[]
  bare: number[]
}

async function costsFor(sides: Sides, receivers: number): Promise<Costs> {
  const costs: Costs = { receivers, ours: [], bare: [] }
  await window(sides, receivers, 500) // warm caches
  for (let round = 0; round < rounds; round++) {
    const [our, their] = await measure(sides, receivers)
    costs.ours.push(our)
    costs.bare.push(their)
  }
  return costs
}

function figures({ receivers, ours, bare }: Costs, smallest: Costs): Figure[] {
  const ratio = median(ours.map((cost, round) => cost / bare[round]!))
  const growth = median(ours) / median(smallest.ours) / (median(bare) / median(smallest.bare))
  const rounded = (value: number, digits: number) => Number(value.toFixed(digits))
  const name = `fan-out to ${receivers}`
  const cost = (whose: string, costs: number[]) => ({
    name: `${name}, ${whose}`,
    value: rounded(median(costs), 2),
    unit: 'µs of worker CPU a forwarded packet',
    goal: '-',
    ok: true,
  })
  return [
    cost('our room', ours),
    cost('bare mediasoup', bare),
    { name, value: rounded(ratio, 3), unit: '× bare mediasoup', goal: '≤ 1.05', ok: ratio <= 1.05 },
    {
      name: `${name}, growth from ${smallest.receivers}`,
      value: rounded(growth, 3),
      unit: '× that of bare mediasoup',
      goal: '-',
      ok: true,
    },
  ]
}

/** Microseconds of worker CPU a packet. A window in which packets were lost on the way says nothing: it is repeated. */
async function measure(sides: Sides, receivers: number): Promise<[number, number]> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { sent, results } = await window(sides, receivers, windowMs)
    const [our, their] = results
    if (our && their && results.every(({ arrived }) => arrived >= sent * receivers * 0.97))
      return [(our.cpu * 1_000) / our.arrived, (their.cpu * 1_000) / their.arrived]
  }
  throw new Error('Too many packets are lost on the way: this machine is too busy to measure.')
}

/** Both send for a while, packet by packet, the first of each pair in turn; the first picture is a key frame for who is new. */
async function window(sides: Sides, receivers: number, ms: number) {
  const before = await Promise.all(sides.map(readings))
  const aSecond = forwardedASecond / 2 / receivers
  const began = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - began) * aSecond) / 1_000; sent++) {
      const order = sent % 2 === 0 ? sides : sides.toReversed()
      const kind = sent === 0 ? 'key frame' : sent % (videoToSound + 1) === 1 ? 'sound' : 'picture'
      for (const side of order) sendOne(side, kind)
    }
  }, 10)
  await sleep(ms)
  clearInterval(timer)
  await sleep(100) // what is still on its way
  const after = await Promise.all(sides.map(readings))
  const results = after.map(({ arrived, cpu }, n) => ({
    arrived: arrived - before[n]!.arrived,
    cpu: cpu - before[n]!.cpu,
  }))
  return { sent, results }
}

const readings = async ({ arrived, cpuTime }: Side) => ({ arrived: arrived(), cpu: await cpuTime() })

function sendOne(
  { publisher, streams: { camera, microphone } }: Side,
  kind: 'key frame' | 'sound' | 'picture',
): void {
  if (kind === 'sound')
    return void publisher.dtls.sendRtp(Buffer.alloc(80, 1), nextHeader(microphone, 'audio', 30))
  const isKey = kind === 'key frame' || camera.sequenceNumber % 50 === 0
  void publisher.dtls.sendRtp(vp8Frame(isKey, packetBytes, 0), nextHeader(camera, 'video'))
}

async function ourRoom(): Promise<Side> {
  // 300 people on one worker, whatever this machine is busy with.
  const node = await startTestNode({ env: { SFU_MAX_CONSUMERS: '2000', SFU_MAX_CPU: '1' } })
  const streams = newStreams()
  const server = await node.server()
  const roomId = randomUUID()
  const mentor = await Participant.join(server, roomId, { mentor: true })
  const publisher = await mentor.connectSend()
  await mentor.produce('camera', [streams.camera.ssrc])
  await mentor.produce('microphone', [streams.microphone.ssrc])
  let arrived = 0
  const learners: Participant[] = []
  const admit = async () => {
    const learner = await Participant.join(server, roomId)
    learners.push(learner)
    ;(await learner.connectRecv()).onlyCount(() => (arrived += 1))
    await learner.resume(learner.setup.consumers)
  }
  const close = async () => {
    await Promise.all([mentor, ...learners].map((participant) => participant.vanish()))
    await node.close()
  }
  const cpuTime = () => node.workers.slots[0]!.cpuTime()
  return { publisher, streams, admit, arrived: () => arrived, cpuTime, close }
}

async function bareMediasoup(): Promise<Side> {
  const streams = newStreams()
  const { publisher, addReceiver, cpuTime, close } = await openBareRoom({
    camera: [streams.camera.ssrc],
    microphone: [streams.microphone.ssrc],
  })
  let arrived = 0
  const admit = async () => (await addReceiver()).onlyCount(() => (arrived += 1))
  return { publisher, streams, admit, arrived: () => arrived, cpuTime, close }
}

function newStreams(): Streams {
  const stream = () => ({ ssrc: randomInt(1, 2 ** 31), sequenceNumber: 0, timestamp: 0 })
  return { camera: stream(), microphone: stream() }
}
