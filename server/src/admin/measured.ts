/** What all media nodes together carry now, from what they told last: no names, and nothing asked of the database. */
import type {
  Draining,
  JoinFigures,
  LiveNode,
  LivePerson,
  LiveRoom,
  Live,
  Sample,
} from '@peerlearn/contract/admin'
import type { SfuNode } from '../sfu/sfu-client.ts'
import { figuresOfJoins, headroomOf, known, mean, sum, turnShareOf } from './figures.ts'
import type { Observed } from './observed.ts'

export type NodeNow = Pick<SfuNode, 'nodeId' | 'up' | 'stats'>
type RoomNow = NonNullable<SfuNode['stats']>['rooms'][number]

export type MeasuredRoom = Omit<LiveRoom, 'title' | 'mentorName'>
export type MeasuredPerson = Omit<LivePerson, 'userId' | 'name' | 'role'>

export interface Measured extends Pick<Live, 'turnShare' | 'reconnects'>, JoinFigures {
  at: string
  nodes: LiveNode[]
  /** Also rooms of sessions that are not live: somebody is in the green room. */
  rooms: MeasuredRoom[]
  people: MeasuredPerson[]
  /** Of the last five minutes. */
  recent: JoinFigures
}

/** `drains`: node → how far its emptying is. */
export function measure(
  nodes: readonly NodeNow[],
  observed: Observed,
  drains: ReadonlyMap<string, Draining>,
  at: Date,
): Measured {
  const joins = observed.joins()
  const reconnects = observed.reconnects()
  const people = nodes.flatMap((node) => peopleOn(node, observed))
  const seen: Seen = {
    people: Map.groupBy(people, ({ sessionId }) => sessionId),
    joins: Map.groupBy(joins, ({ sessionId }) => sessionId),
    reconnects: Map.groupBy(reconnects, ({ sessionId }) => sessionId),
  }
  const parts = nodes.flatMap(({ nodeId, stats }) =>
    (stats?.rooms ?? []).map((room) => ({ nodeId, ...room })),
  )
  return {
    at: at.toISOString(),
    nodes: nodes.map((node) => nodeNow(node, drains.get(node.nodeId) ?? null)),
    rooms: [...Map.groupBy(parts, ({ roomId }) => roomId)].map(([id, room]) => roomNow(id, room, seen)),
    people,
    turnShare: turnShareOf(people.map(({ way }) => way)),
    ...figuresOfJoins(joins.map((join) => join.ms)),
    reconnects: reconnects.length,
    recent: figuresOfJoins(observed.joins(5 * 60_000).map((join) => join.ms)),
  }
}

function nodeNow({ nodeId, up, stats }: NodeNow, draining: Draining | null): LiveNode {
  const people = stats?.peers.length ?? 0
  const load = stats?.node.load ?? null
  return {
    nodeId,
    up,
    region: stats?.node.region ?? null,
    load,
    people,
    headroom: up ? headroomOf(people, load, stats?.node.draining ?? false) : 0,
    draining,
    workers: stats?.workers ?? [],
  }
}

const peopleOn = ({ nodeId, stats }: NodeNow, observed: Observed): MeasuredPerson[] =>
  (stats?.peers ?? []).map(({ roomId, peerId, worker, consumers, bytesIn, bytesOut, ...link }) => ({
    peerId,
    sessionId: roomId,
    nodeId,
    worker: worker ?? null,
    consumers,
    bytesIn,
    bytesOut,
    rttMs: link.rttMs,
    lossIn: link.lossIn,
    lossOut: link.lossOut,
    way: observed.wayOf(peerId),
  }))

interface Seen {
  people: Map<string, MeasuredPerson[]>
  joins: Map<string, { ms: number | null }[]>
  reconnects: Map<string, unknown[]>
}

const summed = [
  'producers',
  'consumers',
  'pipes',
  'cpu',
  'bitsIn',
  'bitsOut',
  'packetsIn',
  'packetsOut',
] as const

/** `parts`: the room on each node that it is on. */
function roomNow(sessionId: string, parts: (RoomNow & { nodeId: string })[], seen: Seen): MeasuredRoom {
  const people = seen.people.get(sessionId) ?? []
  const sums = summed.map((key) => [key, sum(parts.map((part) => part[key]))] as const)
  return {
    sessionId,
    nodeIds: parts.map(({ nodeId }) => nodeId),
    // Somebody who is being moved is on two nodes.
    people: new Set(people.map(({ peerId }) => peerId)).size,
    ...(Object.fromEntries(sums) as Record<(typeof summed)[number], number>), // of these very keys
    turnShare: turnShareOf(people.map(({ way }) => way)),
    lossIn: mean(known(people.map(({ lossIn }) => lossIn))),
    lossOut: mean(known(people.map(({ lossOut }) => lossOut))),
    ...figuresOfJoins((seen.joins.get(sessionId) ?? []).map(({ ms }) => ms)),
    reconnects: seen.reconnects.get(sessionId)?.length ?? 0,
  }
}

const cpuOf = ({ workers }: LiveNode) => mean(workers.map(({ cpu }) => cpu)) ?? 0

/** A point of the charts. */
export const sampleOf = ({ at, nodes, rooms, people, recent, turnShare }: Measured): Sample => ({
  at,
  rooms: rooms.filter((room) => room.people > 0).length,
  people: new Set(people.map(({ peerId }) => peerId)).size,
  bitsIn: sum(rooms.map(({ bitsIn }) => bitsIn)),
  bitsOut: sum(rooms.map(({ bitsOut }) => bitsOut)),
  joinP95Ms: recent.p95Ms,
  turnShare,
  cpu: Object.fromEntries(nodes.filter(({ up }) => up).map((node) => [node.nodeId, cpuOf(node)])),
})
