/** Nodes → workers → rooms → people, out of what the server tells side by side. */
import type { Live, LiveNode, LivePerson, LiveRoom } from '@peerlearn/contract/admin'
import type { WorkerStats } from '@peerlearn/contract/node-stats'

export interface RoomBranch {
  room: LiveRoom
  /** Of the room's people those on this worker. */
  people: LivePerson[]
}

export interface WorkerBranch {
  /** null: the node did not say where these people are. */
  worker: WorkerStats | null
  rooms: RoomBranch[]
}

export interface NodeBranch {
  node: LiveNode
  workers: WorkerBranch[]
}

export function treeOf({ nodes, rooms, people }: Pick<Live, 'nodes' | 'rooms' | 'people'>): NodeBranch[] {
  const byId = new Map(rooms.map((room) => [room.sessionId, room]))
  return nodes.map((node) => {
    const here = people.filter((person) => person.nodeId === node.nodeId)
    const isKnown = ({ worker }: LivePerson) => node.workers.some(({ pid }) => pid === worker)
    const workers = node.workers.map((worker) => ({
      worker,
      rooms: roomsOf(
        byId,
        here.filter((person) => person.worker === worker.pid),
      ),
    }))
    const elsewhere = roomsOf(
      byId,
      here.filter((person) => !isKnown(person)),
    )
    return {
      node,
      workers: elsewhere.length > 0 ? [...workers, { worker: null, rooms: elsewhere }] : workers,
    }
  })
}

/** The largest first. */
function roomsOf(byId: Map<string, LiveRoom>, people: LivePerson[]): RoomBranch[] {
  return [...Map.groupBy(people, ({ sessionId }) => sessionId)]
    .flatMap(([sessionId, members]) => {
      const room = byId.get(sessionId)
      return room ? [{ room, people: members.toSorted(byName) }] : []
    })
    .sort((a, b) => b.people.length - a.people.length || a.room.title.localeCompare(b.room.title, 'en'))
}

/** The mentor first. */
const byName = (a: LivePerson, b: LivePerson) =>
  Number(b.role === 'mentor') - Number(a.role === 'mentor') ||
  (a.name ?? '').localeCompare(b.name ?? '', 'en')
