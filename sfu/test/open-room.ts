/** A new room at a node, with the server that speaks for it, and those who join it: all go when it is closed. */
import { randomUUID } from 'node:crypto'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import type { Joining } from './participant.ts'

export async function openRoom(node: NodeUnderTest) {
  const server = await node.server()
  const roomId = randomUUID()
  const people: Participant[] = []
  const join = async (joining?: Joining) => {
    const participant = await Participant.join(server, roomId, joining)
    people.push(participant)
    return participant
  }
  const close = async () => {
    await Promise.all(people.map((participant) => participant.vanish()))
    await server.ask('room.close', { roomId })
    server.close()
  }
  return { server, roomId, people, join, close }
}

export type OpenRoom = Awaited<ReturnType<typeof openRoom>>
