/** A node whose workers take so few people each that a room is on several of them. */
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { startTestNode } from './media-node.ts'
import { Participant } from './participant.ts'

/** One person a worker, unless `env` says otherwise. All of it is closed with the test. */
export async function openSpreadRoom(workers: number, env: Record<string, string> = {}) {
  const node = await startTestNode({
    workers,
    env: { SFU_MAX_PEERS: '1', SFU_PIPE_IDLE_SECONDS: '1', ...env },
  })
  const server = await node.server()
  const roomId = randomUUID()
  const people: Participant[] = []
  onTestFinished(async () => {
    await Promise.all(people.map((person) => person.vanish()))
    await node.close()
  })
  const room = () => node.rooms.find(roomId)!
  return {
    node,
    server,
    roomId,
    room,
    join: async () => {
      const person = await Participant.join(server, roomId)
      people.push(person)
      await person.follow()
      return person
    },
    slotOf: (person: Participant) => room().peers.get(person.of.peerId)!.host!.slot,
    /** How many streams are piped between workers. */
    pipes: () => node.workers.slots.reduce((sum, slot) => sum + slot.pipes, 0),
  }
}
