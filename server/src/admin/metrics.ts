/** What the live view knows, in Prometheus's words. A registry of its own; figures are taken when they are asked for. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Alert } from '@peerlearn/contract/admin'
import { ladderStep } from '@peerlearn/contract/links'
import type { Measured } from './measured.ts'
import type { Observed } from './observed.ts'

interface MetricsDeps {
  measured: () => Measured
  alerts: () => Alert[]
  observed: Pick<Observed, 'onOwn'>
}

export interface Metrics {
  contentType: string
  text(): Promise<string>
}

type Row = [value: number | null | boolean, ...labels: string[]]
type Rows = (now: Measured) => Row[]

const seconds = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30]

const ofNodes =
  (value: (node: Measured['nodes'][number]) => Row[0]): Rows =>
  ({ nodes }) =>
    nodes.map((node) => [value(node), node.nodeId])

const ofWorkers =
  (value: (worker: Measured['nodes'][number]['workers'][number]) => number): Rows =>
  ({ nodes }) =>
    nodes.flatMap(({ nodeId, workers }) =>
      workers.map((worker): Row => [value(worker), nodeId, String(worker.pid)]),
    )

const ofRooms =
  (value: (room: Measured['rooms'][number]) => Row[0]): Rows =>
  ({ rooms }) =>
    rooms.map((room) => [value(room), room.sessionId])

const one =
  (value: (now: Measured) => Row[0]): Rows =>
  (now) => [[value(now)]]

const node = ['node']
const worker = ['node', 'pid']
const room = ['room']

/** name → what it says, its labels, its values. A value that is not known is left out. */
const gauges: Record<string, [help: string, labels: string[], rows: Rows]> = {
  rooms: ['Rooms with people', [], one((now) => now.rooms.filter(({ people }) => people > 0).length)],
  people: ['People in rooms', [], one((now) => new Set(now.people.map(({ peerId }) => peerId)).size)],
  turn_share: ['Share of people who come through TURN', [], one((now) => now.turnShare)],
  node_up: ['1: the media node answers', node, ofNodes(({ up }) => up)],
  node_draining: ['1: the media node is being emptied', node, ofNodes(({ draining }) => draining !== null)],
  node_load: ['0 idle … 1 full', node, ofNodes(({ load }) => load)],
  node_people: ['People on the node', node, ofNodes(({ people }) => people)],
  node_headroom_people: ['More people like these that it takes', node, ofNodes(({ headroom }) => headroom)],
  worker_cpu_share: ['CPU: share of one core', worker, ofWorkers(({ cpu }) => cpu)],
  worker_memory_bytes: ['Resident memory', worker, ofWorkers(({ memoryBytes }) => memoryBytes)],
  worker_rooms: ['Rooms on the worker', worker, ofWorkers(({ rooms }) => rooms)],
  worker_transports: ['WebRTC transports', worker, ofWorkers(({ transports }) => transports)],
  worker_producers: ['Streams that people send', worker, ofWorkers(({ producers }) => producers)],
  worker_consumers: ['Streams sent to people', worker, ofWorkers(({ consumers }) => consumers)],
  worker_pipes: ['Streams from other workers', worker, ofWorkers(({ pipes }) => pipes)],
  worker_receive_bits_per_second: ['Bits in', worker, ofWorkers(({ bitsIn }) => bitsIn)],
  worker_send_bits_per_second: ['Bits out', worker, ofWorkers(({ bitsOut }) => bitsOut)],
  worker_receive_packets_per_second: ['Packets in', worker, ofWorkers(({ packetsIn }) => packetsIn)],
  worker_send_packets_per_second: ['Packets out', worker, ofWorkers(({ packetsOut }) => packetsOut)],
  room_people: ['People in the room', room, ofRooms(({ people }) => people)],
  room_cpu_share: ['The room’s part of the CPU: share of one core', room, ofRooms(({ cpu }) => cpu)],
  room_receive_bits_per_second: ['Bits in', room, ofRooms(({ bitsIn }) => bitsIn)],
  room_send_bits_per_second: ['Bits out', room, ofRooms(({ bitsOut }) => bitsOut)],
  room_turn_share: ['Share of its people who come through TURN', room, ofRooms(({ turnShare }) => turnShare)],
  room_loss_in_share: ['Share of packets lost from people', room, ofRooms(({ lossIn }) => lossIn)],
  room_loss_out_share: ['Share of packets lost to people', room, ofRooms(({ lossOut }) => lossOut)],
}

export function createMetrics({ measured, alerts, observed }: MetricsDeps): Metrics {
  const registry = new Registry()
  const registers = [registry]
  for (const [name, [help, labelNames, rows]] of Object.entries(gauges))
    new Gauge({
      name: `peerlearn_${name}`,
      help,
      labelNames,
      registers,
      collect() {
        this.reset()
        for (const [value, ...labels] of rows(measured()))
          if (value !== null) this.labels(...labels).set(Number(value))
      },
    })
  new Gauge({
    name: 'peerlearn_alerts',
    help: 'What needs a look now, by kind',
    labelNames: ['kind'],
    registers,
    collect() {
      this.reset()
      for (const { key } of alerts()) this.inc({ kind: key.split(' ')[0] ?? key })
    },
  })
  new Gauge({
    name: 'peerlearn_server_memory_bytes',
    help: 'Resident memory of this server',
    registers,
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  countOwn(observed, registers)
  return { contentType: registry.contentType, text: () => registry.metrics() }
}

/** What happened to people of this server: of several servers these are added up. */
function countOwn(observed: MetricsDeps['observed'], registers: Registry[]): void {
  const joins = new Histogram({
    name: 'peerlearn_join_seconds',
    help: 'From the message room.join until the node says that media are connected',
    buckets: seconds,
    registers,
  })
  const failed = new Counter({
    name: 'peerlearn_joins_failed_total',
    help: 'Joins refused because of us',
    registers,
  })
  const recoveries = new Histogram({
    name: 'peerlearn_recovery_seconds',
    help: 'From the first sign of trouble until media flow again, as clients report it',
    labelNames: ['step', 'fault'],
    buckets: seconds,
    registers,
  })
  // What was never there before has no rate: the first of its kind would not be seen.
  const { step: steps, fault: faults } = ladderStep.shape
  for (const step of steps.options) for (const fault of faults.options) recoveries.zero({ step, fault })
  observed.onOwn((seen) => {
    if (seen.kind === 'step') recoveries.observe({ step: seen.step, fault: seen.fault }, seen.ms / 1_000)
    if (seen.kind !== 'join') return
    if (seen.ms === null) failed.inc()
    else joins.observe(seen.ms / 1_000)
  })
}
