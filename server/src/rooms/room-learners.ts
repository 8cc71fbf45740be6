/** The people of one room on this server: how they receive, what data they use, and how their links are. */
import type { LearnerLink, Receiving } from '@peerlearn/contract/links'
import type { PeerStats } from '@peerlearn/contract/node-stats'
import { findPerson, type RoomEventKind } from '@peerlearn/contract/room-state'
import type { ReceiveRule } from '@peerlearn/contract/sfu'
import type { Bus } from '../bus.ts'
import type { Db } from '../db.ts'
import { DataUse } from './data-use.ts'
import { LinkBoard } from './link-board.ts'
import type { LinkReport } from './links.ts'
import type { LiveRoom } from './live-room.ts'
import { findPlannedEnd, findReceiveChoice, keepReceiveChoice } from './receive-choice.ts'
import { Reception, type Chosen } from './reception.ts'
import type { Seat } from './seat.ts'
import { StageLimits } from './stage.ts'

export type NodePeer = PeerStats & { nodeId: string }
/** peerId → what each node that has it tells of it. */
export type StatsByPeer = ReadonlyMap<string, NodePeer[]>

/** What somebody used is written as they go, or come anew on another device: then its server needs it. */
const goings: ReadonlySet<RoomEventKind> = new Set([
  'peer.joined',
  'peer.left',
  'peer.removed',
  'room.closed',
])
/** From coming to a seat, at most. */
const comingMs = 30_000

interface Options {
  room: LiveRoom
  db: Db
  bus: Bus
  /** Of a peer's newest figures, on whichever node. */
  statsOf: () => StatsByPeer
  onError: (error: unknown) => void
}

export class RoomLearners {
  readonly stage: StageLimits
  readonly #options: Options
  readonly #links: LinkBoard
  readonly #use: DataUse
  readonly #receptions = new Map<string, Reception>()
  /** When each person came last: their seat follows. */
  readonly #came = new Map<string, number>()
  /** What the node of each peer was told last. */
  readonly #rules = new Map<string, ReceiveRule>()
  readonly #toldUsed = new Map<string, number>()
  #plannedEnd: Date | undefined
  #saving: Promise<void> = Promise.resolve()
  #waiting: Promise<void> | undefined

  constructor(options: Options) {
    const { room, db, bus } = options
    this.#options = options
    this.stage = new StageLimits(room)
    this.#links = new LinkBoard(room, bus)
    this.#use = new DataUse(db, room.session.id)
    room.follow({ event: ({ kind }) => void (goings.has(kind) && this.#save()) })
  }

  /** Somebody comes in: what they chose and used before is needed now. */
  async come(userId: string): Promise<void> {
    const { db, room } = this.#options
    this.#came.set(userId, Date.now())
    // Another server may have told the node something else since.
    for (const seat of room.seats) if (seat.userId === userId) this.#rules.delete(seat.peerId)
    const [chosen, end] = await Promise.all([
      findReceiveChoice(db, userId, room.session.id),
      findPlannedEnd(db, room.session.id),
      this.#use.load([userId]),
    ])
    this.#plannedEnd = end
    const known = this.#receptions.get(userId)
    if (!known) this.#receptions.set(userId, new Reception(chosen))
    else if (!isSame(known.chosen, chosen)) known.take(chosen)
    this.#decide(userId, Date.now())
    this.#links.tell(userId, { mode: this.rule(userId).mode })
  }

  /** For the node, when it makes this person's peer. */
  rule(userId: string): ReceiveRule {
    return this.#receptionOf(userId).rule
  }

  /** The node was told this rule as it made the peer; what changed meanwhile it is told with the next tick. */
  told(peerId: string, rule: ReceiveRule): void {
    this.#rules.set(peerId, rule)
  }

  receiving(userId: string): Receiving {
    return this.#receptionOf(userId).view(this.#use.used(userId))
  }

  /** For the mentor alone. */
  linksFor(userId: string): LearnerLink[] {
    if (userId !== this.#options.room.session.mentorId) return []
    return this.#links.look(newest(this.#options.statsOf()), Date.now())
  }

  /** The person chose anew; kept before it holds, told to every page of theirs that is in the room. */
  async choose({ userId }: Seat, wish: Omit<Chosen, 'beyond'>): Promise<Receiving> {
    const { db, room } = this.#options
    const reception = this.#receptionOf(userId)
    const before = reception.chosen
    reception.choose(wish)
    try {
      await keepReceiveChoice(db, userId, room.session.id, reception.chosen)
    } catch (error) {
      reception.take(before)
      throw error
    }
    this.#decide(userId, Date.now())
    this.#links.tell(userId, { mode: this.rule(userId).mode })
    this.#tellRule(userId)
    this.#tellReceiving(userId)
    return this.receiving(userId)
  }

  report(userId: string, report: LinkReport): void {
    this.#links.tell(userId, { mode: this.rule(userId).mode, report })
  }

  /** Every two seconds, as the nodes measure. */
  tick(stats: StatsByPeer, now: number): void {
    this.stage.retry()
    for (const [userId, reception] of this.#receptions) {
      const peers = stats.get(findPerson(this.#options.room.state, userId)?.peerId ?? '') ?? []
      for (const { nodeId, peerId, bytesIn, bytesOut } of peers)
        this.#use.note({ userId, nodeId, peerId, bytes: bytesIn + bytesOut })
      reception.measure(peers, now)
      if (!this.#seatOf(userId) || this.#links.isElsewhere(userId)) continue
      const changed = this.#decide(userId, now)
      this.#tellRule(userId)
      if (changed || this.#usedMore(userId)) this.#tellReceiving(userId)
    }
    this.#tellMentor(stats, now)
    this.#forgetGone(now)
  }

  /** Every ten seconds: written, and what other servers wrote is read where a budget depends on it. */
  async save(): Promise<void> {
    await this.#save()
    const withBudget = [...this.#receptions].filter(([, { chosen }]) => chosen.budgetBytes !== null)
    await this.#use.load(withBudget.map(([userId]) => userId))
  }

  async close(): Promise<void> {
    this.#links.close()
    await this.#save()
  }

  /** One at a time; those who ask while one waits share it. */
  #save(): Promise<void> {
    this.#waiting ??= this.#saving.then(() => {
      this.#waiting = undefined
      this.#saving = this.#use.save().catch(this.#options.onError)
      return this.#saving
    })
    return this.#waiting
  }

  #receptionOf(userId: string): Reception {
    const reception = this.#receptions.get(userId)
    if (!reception) throw new Error('nobody looked up how this person receives')
    return reception
  }

  #decide(userId: string, now: number): boolean {
    const secondsLeft = ((this.#plannedEnd?.getTime() ?? now) - now) / 1_000
    const usedBytes = this.#use.used(userId)
    const changed = this.#receptionOf(userId).decide({ now, usedBytes, secondsLeft })
    if (changed) this.#links.tell(userId, { mode: this.rule(userId).mode })
    return changed
  }

  /** A node that could not be told is told again with the next tick. */
  #tellRule(userId: string): void {
    const seat = this.#seatOf(userId)
    if (!seat) return
    const rule = this.rule(userId)
    const told = this.#rules.get(seat.peerId)
    if (told && told.mode === rule.mode && told.maxBitrate === rule.maxBitrate) return
    this.#rules.set(seat.peerId, rule)
    this.#options.room.media.ask(seat.peerId, 'receive.set', rule).catch(() => {
      if (this.#rules.get(seat.peerId) === rule) this.#rules.delete(seat.peerId)
    })
  }

  /** A budget is shown as it is used, in steps of half a hundredth. */
  #usedMore(userId: string): boolean {
    const { budgetBytes, usedBytes } = this.receiving(userId)
    return budgetBytes !== null && usedBytes - (this.#toldUsed.get(userId) ?? 0) >= budgetBytes / 200
  }

  #tellReceiving(userId: string): void {
    const receiving = this.receiving(userId)
    this.#toldUsed.set(userId, receiving.usedBytes)
    for (const seat of this.#options.room.seats)
      if (seat.userId === userId && seat.taken) seat.tell('receiving.changed', receiving)
  }

  #tellMentor(stats: StatsByPeer, now: number): void {
    const { mentorId } = this.#options.room.session
    const seat = this.#seatOf(mentorId)
    if (!seat) return
    for (const link of this.#links.changes(newest(stats), now)) seat.tell('link.changed', link)
  }

  #seatOf(userId: string): Seat | undefined {
    return this.#options.room.seats.find((seat) => seat.userId === userId && seat.taken && !seat.end)
  }

  /** Those who left, and are not on their way in. What they used is written first. */
  #forgetGone(now: number): void {
    const { room } = this.#options
    const isHere = (userId: string) =>
      now - (this.#came.get(userId) ?? 0) < comingMs ||
      findPerson(room.state, userId) !== undefined ||
      room.seats.some((seat) => seat.userId === userId)
    for (const peerId of this.#rules.keys())
      if (!room.seats.some((seat) => seat.peerId === peerId)) this.#rules.delete(peerId)
    const gone = [...this.#receptions.keys()].filter((userId) => !isHere(userId))
    if (gone.length === 0) return
    void this.#save().then(() => {
      for (const userId of gone.filter((one) => !isHere(one) && this.#use.isWritten(one))) {
        this.#receptions.delete(userId)
        this.#came.delete(userId)
        this.#toldUsed.delete(userId)
        this.#use.forget(userId)
        this.#links.forget(userId)
      }
    })
  }
}

const isSame = (a: Chosen, b: Chosen) =>
  a.mode === b.mode && a.budgetBytes === b.budgetBytes && a.beyond === b.beyond

/** While a peer moves two nodes have it; the one that sends it more speaks for its link. */
function newest(stats: StatsByPeer): Map<string, PeerStats> {
  const best = (peers: NodePeer[]) => peers.reduce((a, b) => (b.consumers > a.consumers ? b : a))
  return new Map([...stats].map(([peerId, peers]) => [peerId, best(peers)]))
}
