/**
 * The nodes that a room is on: rows of room_node, changed under the session's lock, the same for all servers. Keeps this
 * server attached to each and each linked to the others, replaces one that is lost, and leaves one that is being emptied.
 */
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import { takesPeople } from '../sfu/node-choice.ts'
import type { SfuNode } from '../sfu/sfu-client.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import type { NodeRoom } from './node-room.ts'
import { mediaFull } from './refusals.ts'
import { changeRoomNodes, findRoomNodes } from './room-node-queries.ts'
import type { RoomMedia } from './room-media.ts'

export interface RoomNodesOptions {
  db: Db
  bus: Bus
  pool: SfuPool
  sessionId: string
  media: RoomMedia
  /** The room has come to this node; it is not attached yet. */
  onOpen: (room: NodeRoom) => void
  /** Its peers on this node are to go to another, which there is. */
  onLeave: (room: NodeRoom) => void
  /** Its peers there may stay where they are. */
  onStay: (room: NodeRoom) => void
  /** The node is lost, and these peers with it. */
  onLost: (peerIds: string[], node: SfuNode) => void
  /** Their node does not answer, and there is no other: it is waited for. */
  onAway: (peerIds: string[]) => void
  onError: (error: unknown) => void
}

/** A node that answers again within this time was not lost; one that never answered here may only be slow to begin. */
const lostAfterMs = { known: 1_500, unknown: 5_000 }

const roomNodesChannel = (sessionId: string) => `room-nodes:${sessionId}`

export class RoomNodes {
  readonly #options: RoomNodesOptions
  readonly #missing = new Map<string, NodeJS.Timeout>()
  readonly #stops: (() => void)[]
  #ids: string[] = []
  /** One change at a time waits for the session's lock. */
  #last: Promise<unknown> = Promise.resolve()
  #shut = false

  constructor(options: RoomNodesOptions) {
    this.#options = options
    const { bus, pool, sessionId } = options
    this.#stops = [
      bus.subscribe(roomNodesChannel(sessionId), () => void this.refresh().catch(options.onError)),
      pool.onChange(() => this.sync()),
    ]
  }

  get ids(): readonly string[] {
    return this.#ids
  }

  /** Those where newcomers may go. */
  get able(): NodeRoom[] {
    return this.#open.filter(({ node }) => takesPeople(node))
  }

  /** Those that answer, and may be full or about to go. */
  get answering(): NodeRoom[] {
    return this.#open.filter((room) => room.up)
  }

  /** It has nodes, and none of them answers: who has no media there may have them still. */
  get waiting(): boolean {
    return this.#ids.length > 0 && this.answering.length === 0
  }

  /** Reads what the servers agreed on. */
  async refresh(): Promise<void> {
    const { db, sessionId } = this.#options
    this.take((await findRoomNodes(db, [sessionId])).get(sessionId) ?? [])
  }

  /** What the servers agreed on, as just read. */
  take(ids: string[]): void {
    this.#ids = ids
    this.sync()
  }

  /** At least one node, for a room that has none yet. */
  async ensure(): Promise<void> {
    if (this.#ids.length === 0) await this.extend(new Set())
  }

  /** The room as all its nodes that answer have it; a room without a node gets one. @throws AppError `media-full` */
  async attached(): Promise<void> {
    await this.ensure()
    if (this.#ids.length === 0 && this.#options.pool.ready()) throw mediaFull()
    if (this.waiting) await this.#options.pool.waitForOne()
    await Promise.allSettled(this.answering.map((room) => room.capabilities()))
  }

  /** Adds a node that takes people, unless the room has one beside these. @returns whether it has one now */
  async extend(except: ReadonlySet<string>): Promise<boolean> {
    const { pool } = this.#options
    await pool.waitForOne()
    if (!pool.choose(except)) return false
    await this.#change((now) => {
      const able = now.some((id) => !except.has(id) && this.#takesPeople(id))
      const node = able ? undefined : pool.choose(new Set([...now, ...except]))
      return node ? [...now, node.nodeId] : now
    })
    return this.able.some(({ nodeId }) => !except.has(nodeId))
  }

  /** The class is over: the room is nowhere. */
  async clear(): Promise<void> {
    if (this.#ids.length > 0) await this.#change(() => [])
  }

  /** Makes it so: attached where the room is, gone from where it is not, all linked. */
  sync(): void {
    if (this.#shut) return
    const { pool, media, onOpen } = this.#options
    for (const id of this.#ids) {
      const node = pool.find(id)
      const known = media.find(id)
      if (known && known.node !== node) this.#drop(known)
      if (!node?.up) this.#miss(id)
      else this.#found(id)
      if (node?.up && !media.find(id)) onOpen(media.open(node))
    }
    for (const room of media.nodes) this.#look(room)
    this.link()
  }

  /** Tells each node of the others, also that there are none any more; nothing where there is only one node. */
  link(): void {
    const { media, pool } = this.#options
    if (pool.nodes.length < 2 && !media.nodes.some((room) => room.linked)) return
    const rooms = media.nodes.filter((room) => room.up)
    for (const room of rooms) {
      const others = rooms
        .filter((other) => other !== room)
        .map(({ node, nodeId }) => ({ nodeId, url: addressOf(node) }))
      room.link(others).catch(this.#options.onError)
    }
  }

  close(): void {
    this.#shut = true
    for (const stop of this.#stops) stop()
    for (const timer of this.#missing.values()) clearTimeout(timer)
  }

  get #open(): NodeRoom[] {
    return this.#ids.flatMap((id) => this.#options.media.find(id) ?? [])
  }

  #takesPeople(id: string): boolean {
    const node = this.#options.pool.find(id)
    return node !== undefined && takesPeople(node)
  }

  /** Is this node still one of the room's, and to stay so? */
  #look(room: NodeRoom): void {
    const listed = this.#ids.includes(room.nodeId)
    if (!this.#isLeaving(room)) return listed ? this.#options.onStay(room) : this.#drop(room)
    if (room.peers.size > 0) return void this.#leave(room).catch(this.#options.onError)
    if (!listed) return this.#drop(room)
    if (room.known) this.#change((now) => without(now, room.nodeId)).catch(this.#options.onError)
  }

  #isLeaving(room: NodeRoom): boolean {
    return room.up && (!this.#ids.includes(room.nodeId) || room.node.info?.draining === true)
  }

  /** With nowhere to go everybody stays. */
  async #leave(room: NodeRoom): Promise<void> {
    const elsewhere = () => this.able.some((other) => other !== room)
    if (!elsewhere()) await this.extend(new Set([room.nodeId]))
    // The emptying may have been taken back meanwhile.
    if (!this.#shut && this.#isLeaving(room) && elsewhere()) this.#options.onLeave(room)
  }

  #miss(id: string): void {
    if (this.#missing.has(id)) return
    const wait = lostAfterMs[this.#options.pool.find(id) ? 'known' : 'unknown']
    const timer = setTimeout(() => void this.#replace(id).catch(this.#options.onError), wait)
    this.#missing.set(id, timer)
  }

  #found(id: string): void {
    clearTimeout(this.#missing.get(id))
    this.#missing.delete(id)
  }

  /** A lost node's rooms move to another; without another it is waited for. */
  async #replace(id: string): Promise<void> {
    this.#missing.delete(id)
    const { pool } = this.#options
    const isUp = (nodeId: string) => pool.find(nodeId)?.up === true
    const isUnheardOf = !pool.find(id) && !pool.complete
    if (isUp(id) || isUnheardOf) return
    if (!pool.nodes.some((node) => node.up))
      return this.#options.onAway([...(this.#options.media.find(id)?.peers.keys() ?? [])])
    await this.#change((now) => {
      if (!now.includes(id)) return now
      const rest = without(now, id)
      if (rest.some(isUp)) return rest
      const node = pool.choose(new Set(now))
      return node ? [...rest, node.nodeId] : now
    })
  }

  #drop(room: NodeRoom): void {
    const peerIds = this.#options.media.drop(room)
    if (peerIds.length > 0) this.#options.onLost(peerIds, room.node)
  }

  #change(decide: (now: string[]) => string[]): Promise<void> {
    const turn = this.#last.then(() => this.#changeNow(decide))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #changeNow(decide: (now: string[]) => string[]): Promise<void> {
    if (this.#shut) return
    const { db, bus, sessionId } = this.#options
    let changed = false
    const ids = await changeRoomNodes(db, sessionId, (now) => {
      const wanted = decide(now)
      changed = wanted !== now
      return wanted
    })
    if (changed) bus.publish(roomNodesChannel(sessionId), {})
    this.take(ids)
  }
}

const without = (ids: string[], id: string) => (ids.includes(id) ? ids.filter((other) => other !== id) : ids)

/** Where other nodes reach it. */
const addressOf = (node: SfuNode) => node.info?.url ?? node.url
