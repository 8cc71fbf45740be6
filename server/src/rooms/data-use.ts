/**
 * The data that people use in a session, in bytes, over all their devices and reconnects: what the nodes count for each
 * of their peers. A node's count of a peer only grows, so several servers may note the same one without counting twice.
 */
import { sql } from 'kysely'
import type { Db } from '../db.ts'

/** One peer on one node. */
export interface PeerCount {
  userId: string
  nodeId: string
  peerId: string
  /** As the node counts. */
  bytes: number
}

interface Entry extends PeerCount {
  /** Of earlier transports under the same id. */
  earlier: number
  dirty: boolean
}

const keyOf = ({ userId, nodeId, peerId }: Omit<PeerCount, 'bytes'>) => `${userId} ${nodeId} ${peerId}`

export class DataUse {
  readonly #db: Db
  readonly #sessionId: string
  readonly #entries = new Map<string, Entry>()

  constructor(db: Db, sessionId: string) {
    this.#db = db
    this.#sessionId = sessionId
  }

  used(userId: string): number {
    let sum = 0
    for (const entry of this.#entries.values())
      if (entry.userId === userId) sum += entry.earlier + entry.bytes
    return sum
  }

  /** @returns by how much it grew */
  note(count: PeerCount): number {
    const entry = this.#entries.get(keyOf(count))
    if (!entry) {
      this.#entries.set(keyOf(count), { ...count, earlier: 0, dirty: true })
      return count.bytes
    }
    if (count.bytes === entry.bytes) return 0
    const before = entry.earlier + entry.bytes
    if (isAnew(entry.bytes, count.bytes)) entry.earlier += entry.bytes
    entry.bytes = isAnew(entry.bytes, count.bytes) ? count.bytes : Math.max(entry.bytes, count.bytes)
    entry.dirty = true
    return entry.earlier + entry.bytes - before
  }

  /** What is known of these people elsewhere. */
  async load(userIds: string[]): Promise<void> {
    if (userIds.length === 0) return
    const rows = await this.#db
      .selectFrom('data_use')
      .select(['account_id', 'node_id', 'peer_id', 'earlier', 'bytes'])
      .where('session_id', '=', this.#sessionId)
      .where('account_id', 'in', userIds)
      .execute()
    for (const row of rows) this.#merge(row)
  }

  /** Writes what is new; what could not be written is with the next. */
  async save(): Promise<void> {
    const dirty = [...this.#entries.values()].filter((entry) => entry.dirty)
    if (dirty.length === 0) return
    for (const entry of dirty) entry.dirty = false
    try {
      await this.#write(dirty)
    } catch (error) {
      for (const entry of dirty) entry.dirty = true
      throw error
    }
  }

  /** Nothing of this person's is lost when it is forgotten here. */
  isWritten(userId: string): boolean {
    return !this.#entries.values().some((entry) => entry.userId === userId && entry.dirty)
  }

  forget(userId: string): void {
    for (const [key, entry] of this.#entries) if (entry.userId === userId) this.#entries.delete(key)
  }

  /** The statement decides as `note` does, so that servers may write in any order. */
  async #write(entries: Entry[]): Promise<void> {
    await this.#db
      .insertInto('data_use')
      .values(
        entries.map((entry) => ({
          session_id: this.#sessionId,
          account_id: entry.userId,
          node_id: entry.nodeId,
          peer_id: entry.peerId,
          earlier: entry.earlier,
          bytes: entry.bytes,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['session_id', 'account_id', 'node_id', 'peer_id']).doUpdateSet({
          earlier: sql`case when excluded.earlier > data_use.earlier then excluded.earlier
            when excluded.bytes < data_use.bytes / 2 then data_use.earlier + data_use.bytes else data_use.earlier end`,
          bytes: sql`case when excluded.earlier > data_use.earlier or excluded.bytes < data_use.bytes / 2
            then excluded.bytes else greatest(excluded.bytes, data_use.bytes) end`,
        }),
      )
      .execute()
  }

  #merge(row: {
    account_id: string
    node_id: string
    peer_id: string
    earlier: string
    bytes: string
  }): void {
    const found = { userId: row.account_id, nodeId: row.node_id, peerId: row.peer_id }
    const [earlier, bytes] = [Number(row.earlier), Number(row.bytes)]
    const entry = this.#entries.get(keyOf(found))
    if (entry && entry.earlier + entry.bytes >= earlier + bytes) return
    this.#entries.set(keyOf(found), { ...found, earlier, bytes, dirty: false })
  }
}

/** Much less than before: the node made the peer anew, and counts from the beginning. */
const isAnew = (before: number, now: number) => now < before / 2
