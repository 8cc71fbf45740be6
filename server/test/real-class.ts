/** A class on a real media node, for tests of rooms. */
import { findRoomEvents } from '../src/room-events.ts'
import { join, newClass } from './factories-rooms.ts'
import { startServer } from './harness.ts'
import { startSfu } from './real-sfu.ts'
import { dtlsParameters } from './room-parameters.ts'

const transport = (id: string) => ({
  id,
  iceParameters: { usernameFragment: 'u', password: 'p' },
  iceCandidates: [],
  dtlsParameters,
})
/** What a node answers to somebody who comes in. */
export const setup = { send: transport('send'), recv: transport('recv'), consumers: [] }

export type Rooms = Awaited<ReturnType<typeof startRooms>>

/** A node, a server that uses it, the mentor Mira, and Asha and Bela who learn there. */
export async function startRooms(env: Record<string, string> = {}) {
  const sfu = await startSfu()
  const server = await startServer({ env: { SFU_URLS: sfu.url, ...env } })
  const mentor = await server.person({ roles: ['mentor'], name: 'Mira' })
  const asha = await server.person({ name: 'Asha' })
  const bela = await server.person({ name: 'Bela' })
  return {
    sfu,
    server,
    mentor,
    asha,
    bela,
    /** Mira teaches, Asha is there, Bela has a seat. */
    aClass: async (at = server) => {
      const sessionId = await newClass(at.db, mentor, [asha, bela])
      const teaching = await join(at, mentor, sessionId)
      const learning = await join(at, asha, sessionId)
      return { sessionId, teaching, learning }
    },
    /** What happened in this room, oldest first. */
    kinds: async (sessionId: string) => (await findRoomEvents(server.db, sessionId)).map(({ kind }) => kind),
    joinsAndLeaves: async (sessionId: string) =>
      (await findRoomEvents(server.db, sessionId)).filter(({ kind }) => kind.startsWith('peer.')),
  }
}
