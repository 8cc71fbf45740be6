/** What a node says of itself, beside what the operating system says of it, under packets that really flow. */
import { randomUUID } from 'node:crypto'
import { Socket } from 'node:dgram'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { NoticeData } from '../src/channel.ts'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

/** Of IPv4 and UDP. */
const headerBytes = 28
const ticksASecond = 100

let node: NodeUnderTest
let server: ServerEnd
const people: Participant[] = []

beforeAll(async () => {
  node = await startTestNode()
  server = await node.server()
})
afterAll(async () => {
  await Promise.all(people.map((participant) => participant.vanish()))
  server.close()
  await node.close()
})

/** Seconds of CPU that the process took so far. @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(utime) + Number(stime)) / ticksASecond
}

/** Counts every datagram that this process sends and gets: the other end of all that the worker carries. */
function countDatagrams() {
  const counted = { bitsIn: 0, bitsOut: 0, packetsIn: 0, packetsOut: 0 }
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with their socket below
  const { send, emit } = Socket.prototype
  Socket.prototype.send = function (this: Socket, ...sent: unknown[]) {
    counted.packetsIn += 1
    counted.bitsIn += ((sent[0] as Uint8Array).length + headerBytes) * 8 // werift sends whole buffers
    return (send as (...all: unknown[]) => void).apply(this, sent)
  }
  Socket.prototype.emit = function (this: Socket, event: string, ...told: unknown[]) {
    if (event === 'message') {
      counted.packetsOut += 1
      counted.bitsOut += ((told[0] as Uint8Array).length + headerBytes) * 8
    }
    return emit.call(this, event, ...told)
  }
  return counted
}

it('agrees with the operating system within a tenth: CPU, memory, bits and packets both ways', async () => {
  const counted = countDatagrams()
  const roomId = randomUUID()
  for (let n = 0; n < 8; n++) people.push(await Participant.join(server, roomId))
  await Promise.all(people.map((person) => person.follow()))
  await Promise.all(people.map((person) => person.publish('camera', { bytes: 1_000 })))
  await until('everybody gets everything', () =>
    people.every(
      (person) => [...person.consumers.values()].filter((c) => person.packets(c) > 50).length === 7,
    ),
  )
  const next = () => {
    const before = server.all('node.stats').length
    return until('the node’s figures', () => server.all('node.stats')[before])
  }
  const first = await next()
  const pid = first.workers[0]!.pid
  const from = { at: performance.now(), cpu: cpuOf(pid), ...counted }
  const told: { stats: NoticeData<'node.stats'>; ms: number }[] = []
  // A busy machine measures in uneven steps: each counts for as long as it was.
  for (let at = from.at; told.length < 6;) {
    const stats = await next()
    told.push({ stats, ms: performance.now() - at })
    at = performance.now()
  }
  const seconds = (performance.now() - from.at) / 1_000
  const mean = (key: 'cpu' | keyof typeof counted) =>
    told.reduce((sum, { stats, ms }) => sum + stats.workers[0]![key] * ms, 0) / (1_000 * seconds)
  const really = {
    cpu: (cpuOf(pid) - from.cpu) / seconds,
    bitsIn: (counted.bitsIn - from.bitsIn) / seconds,
    bitsOut: (counted.bitsOut - from.bitsOut) / seconds,
    packetsIn: (counted.packetsIn - from.packetsIn) / seconds,
    packetsOut: (counted.packetsOut - from.packetsOut) / seconds,
  }
  const ratios = Object.entries(really).map(
    ([key, value]) => [key, mean(key as keyof typeof really) / value] as const,
  )
  for (const [key, ratio] of ratios) {
    expect(ratio, key).toBeGreaterThan(0.9)
    expect(ratio, key).toBeLessThan(1.1)
  }
  const resident = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4_096
  expect(told.at(-1)!.stats.workers[0]!.memoryBytes / resident).toBeCloseTo(1, 1)
  expect(told.at(-1)!.stats.peers.map((peer) => peer.worker)).toEqual(people.map(() => pid))
})
