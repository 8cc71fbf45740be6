/** Titles and names for the live view, asked once and kept while they are shown: it goes on when the database is away. */
import type { Live } from '@peerlearn/contract/admin'
import type { Logger } from 'pino'
import type { Db } from '../db.ts'
import { inTime } from '../last-checks.ts'
import type { Measured, MeasuredPerson } from './measured.ts'
import { findPeers, findRoomNames, type PersonNames, type RoomNames } from './queries.ts'

const nobody = { userId: null, name: null, role: null }

export class Names {
  readonly #db: Db
  readonly #log: Logger
  readonly #rooms = new Map<string, RoomNames>()
  readonly #people = new Map<string, PersonNames>()

  constructor(db: Db, log: Logger) {
    this.#db = db
    this.#log = log
  }

  /** The rooms of live sessions, with their titles and people. */
  async give({ rooms, people }: Measured): Promise<Pick<Live, 'rooms' | 'people'>> {
    const ids = rooms.map(({ sessionId }) => sessionId)
    keepOnly(this.#rooms, ids)
    keepOnly(
      this.#people,
      people.map(({ peerId }) => peerId),
    )
    // One that hangs is away, too.
    await inTime(this.#learn(ids, people)).catch((err: unknown) =>
      this.#log.warn({ err }, 'names were not read'),
    )
    return {
      rooms: rooms.flatMap((room) => {
        const names = this.#rooms.get(room.sessionId)
        return names ? [{ ...room, ...names }] : []
      }),
      people: people
        .filter(({ sessionId }) => this.#rooms.has(sessionId))
        .map((person) => ({ ...person, ...(this.#people.get(person.peerId) ?? nobody) })),
    }
  }

  async #learn(ids: string[], people: MeasuredPerson[]): Promise<void> {
    const rooms = await findRoomNames(
      this.#db,
      ids.filter((id) => !this.#rooms.has(id)),
    )
    for (const [id, names] of rooms) this.#rooms.set(id, names)
    const peers = await findPeers(
      this.#db,
      people.filter(({ peerId, sessionId }) => this.#rooms.has(sessionId) && !this.#people.has(peerId)),
    )
    for (const [id, names] of peers) this.#people.set(id, names)
  }
}

function keepOnly(map: Map<string, unknown>, keys: string[]): void {
  const kept = new Set(keys)
  for (const key of map.keys()) if (!kept.has(key)) map.delete(key)
}
