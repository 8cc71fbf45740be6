/**
 * What a forwarded packet costs a worker in our room, beside bare mediasoup in the same run.
 *
 * Both sides are the same on the wire: one WebRTC publisher (a 1,100 byte video packet stream and an audio one) and
 * twenty WebRTC receivers, each with its own transport on a WebRtcServer's UDP port. A receiver does real ICE and DTLS,
 * then counts what arrives and throws it away, so that the machine is left to the workers. Ours goes through the control
 * channel, Room and Peer, with speaker detection, statistics and the watchdog at work; bare is mediasoup's own calls
 * and nothing else. Only the worker's CPU is counted (getrusage), over packets that really arrived. Both sides run at
 * the same time, taking turns in who sends first, so that a noisy machine disturbs both alike; the figure is the median
 * of the rounds' ratios.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBareRoom } from '../sfu/test/bare-room.ts'
import { startTestNode } from '../sfu/test/media-node.ts'
import { Participant } from '../sfu/test/participant.ts'
import { nextHeader, vp8Frame } from '../sfu/test/rtp.ts'
import type { Stream } from '../sfu/test/rtp.ts'
import type { WebRtcEnd } from '../sfu/test/webrtc-end.ts'
import { median } from './benchmark.ts'
import type { Figure } from './benchmark.ts'

const receivers = 20
const rounds = 15
const windowMs = 3_000
const tickMs = 20
const videoPacketsATick = 6
const packetBytes = 1_100

type Streams = Record<'camera' | 'microphone', Stream>

interface Side {
  publisher: WebRtcEnd
  streams: Streams
  /** Packets that arrived at all receivers so far. */
  arrived: () => number
  /** Milliseconds of CPU of the worker so far. */
  cpuTime: () => Promise<number>
  close: () => Promise<void>
}

export async function fanOut(): Promise<Figure[]> {
  const [ours, bare] = [await ourRoom(), await bareMediasoup()]
  try {
    await window([ours, bare], 500) // the first key frames, warm caches
    const costs: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const [our, their] = await measure(ours, bare)
      costs[0].push(our)
      costs[1].push(their)
    }
    return figures(...costs)
  } finally {
    await ours.close()
    await bare.close()
  }
}

function figures(ours: number[], bare: number[]): Figure[] {
  const ratio = median(ours.map((cost, round) => cost / bare[round]!))
  const rounded = (value: number, digits: number) => Number(value.toFixed(digits))
  const cost = (name: string, costs: number[]) => ({
    name,
    value: rounded(median(costs), 2),
    unit: 'µs of worker CPU a forwarded packet',
    goal: '-',
    ok: true,
  })
  return [
    cost('fan-out, our room', ours),
    cost('fan-out, bare mediasoup', bare),
    {
      name: 'fan-out',
      value: rounded(ratio, 3),
      unit: '× bare mediasoup',
      goal: '≤ 1.05',
      ok: ratio <= 1.05,
    },
  ]
}

/** Microseconds of worker CPU a packet. A window in which packets were lost on the way says nothing: it is repeated. */
async function measure(ours: Side, bare: Side): Promise<[number, number]> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { sent, results } = await window([ours, bare], windowMs)
    const [our, their] = results
    if (our && their && results.every(({ arrived }) => arrived >= sent * receivers * 0.97))
      return [(our.cpu * 1_000) / our.arrived, (their.cpu * 1_000) / their.arrived]
  }
  throw new Error('Too many packets are lost on the way: this machine is too busy to measure.')
}

/** Both send for a while, the first of each tick in turn. */
async function window(sides: Side[], ms: number) {
  const before = await Promise.all(sides.map(readings))
  let [sent, tick] = [0, 0]
  const timer = setInterval(() => {
    const order = tick++ % 2 === 0 ? sides : sides.toReversed()
    for (const side of order) sendTick(side)
    sent += videoPacketsATick + 1
  }, tickMs)
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

function sendTick({ publisher, streams: { camera, microphone } }: Side): void {
  for (let n = 0; n < videoPacketsATick; n++) {
    const isKey = camera.sequenceNumber % 50 === 0
    void publisher.dtls.sendRtp(vp8Frame(isKey, packetBytes, 0), nextHeader(camera, 'video'))
  }
  void publisher.dtls.sendRtp(Buffer.alloc(80, 1), nextHeader(microphone, 'audio', 30))
}

async function ourRoom(): Promise<Side> {
  const node = await startTestNode()
  const streams = newStreams()
  const server = await node.server()
  const roomId = randomUUID()
  const mentor = await Participant.join(server, roomId)
  const publisher = await mentor.connectSend()
  await mentor.produce('camera', [streams.camera.ssrc])
  await mentor.produce('microphone', [streams.microphone.ssrc])
  let arrived = 0
  const learners: Participant[] = []
  for (let n = 0; n < receivers; n++) {
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
  return { publisher, streams, arrived: () => arrived, cpuTime, close }
}

async function bareMediasoup(): Promise<Side> {
  const streams = newStreams()
  const { publisher, receiving, cpuTime, close } = await openBareRoom(receivers, {
    camera: [streams.camera.ssrc],
    microphone: [streams.microphone.ssrc],
  })
  let arrived = 0
  for (const end of receiving) end.onlyCount(() => (arrived += 1))
  return { publisher, streams, arrived: () => arrived, cpuTime, close }
}

function newStreams(): Streams {
  const stream = () => ({ ssrc: randomInt(1, 2 ** 31), sequenceNumber: 0, timestamp: 0 })
  return { camera: stream(), microphone: stream() }
}
