/** Who was in a room when, and when our own servers failed whom: read from the room's events, nothing else. */
import type { RoomEvent } from '@peerlearn/contract/room-state'
import { merged, type Interval } from './intervals.ts'

export interface Presence {
  /** By user: when they were in the room, over all reconnects, reloads and devices. */
  present: Map<string, Interval[]>
  /** By user: when they had no sound and pictures through our fault. */
  lost: Map<string, Interval[]>
  /** When the mentor, or more than half of those in the class, had none. */
  failing: Interval[]
  openedAt: number | undefined
  /** When the first learner came. */
  firstLearnerAt: number | undefined
}

/** Open spans by user, and those that ended. */
class Spans {
  readonly #since = new Map<string, number>()
  readonly #done = new Map<string, Interval[]>()

  get open(): ReadonlyMap<string, number> {
    return this.#since
  }

  begin(key: string, at: number): void {
    if (!this.#since.has(key)) this.#since.set(key, at)
  }

  end(key: string, at: number): void {
    const from = this.#since.get(key)
    if (from === undefined) return
    this.#since.delete(key)
    this.#done.set(key, [...(this.#done.get(key) ?? []), { from, to: at }])
  }

  endAll(at: number): void {
    for (const key of [...this.#since.keys()]) this.end(key, at)
  }

  read(): Map<string, Interval[]> {
    return new Map([...this.#done].map(([key, spans]) => [key, merged(spans)]))
  }
}

const failure = 'failure'

/** @param endedAt when the class was over, should its last event not say so */
export function readPresence(
  events: readonly RoomEvent[],
  { mentorId, endedAt }: { mentorId: string; endedAt: Date },
): Presence {
  const here = new Spans()
  const out = new Spans()
  const failing = new Spans()
  /** The newest peer of each person speaks for them: an older one that goes says nothing. */
  const peers = new Map<string, string>()
  let openedAt: number | undefined
  let firstLearnerAt: number | undefined

  const leave = (userId: string, at: number) => {
    here.end(userId, at)
    peers.delete(userId)
  }
  const take = (event: RoomEvent, at: number) => {
    if (event.kind === 'room.opened') openedAt ??= at
    if (event.kind === 'peer.joined') {
      const { userId, peerId } = event.data
      if (userId !== mentorId) firstLearnerAt ??= at
      peers.set(userId, peerId)
      here.begin(userId, at)
      out.end(userId, at)
    }
    if (event.kind === 'peer.left' && peers.get(event.data.userId) === event.data.peerId) {
      leave(event.data.userId, at)
      // Who was lost while our servers failed them is still failed; who left by themselves is not.
      if (event.data.reason !== 'lost') out.end(event.data.userId, at)
    }
    if (event.kind === 'peer.removed') {
      leave(event.data.userId, at)
      out.end(event.data.userId, at)
    }
    if (event.kind === 'outage.began')
      for (const userId of event.data.userIds) if (here.open.has(userId)) out.begin(userId, at)
    if (event.kind === 'outage.ended') for (const userId of event.data.userIds) out.end(userId, at)
    if (event.kind === 'room.closed') close(at)
  }
  const close = (at: number) => {
    here.endAll(at)
    out.endAll(at)
  }
  for (const event of events) {
    const at = Date.parse(event.at)
    take(event, at)
    if (isFailing(here.open, out.open, mentorId)) failing.begin(failure, at)
    else failing.end(failure, at)
  }
  close(endedAt.getTime())
  failing.endAll(endedAt.getTime())
  return {
    present: here.read(),
    lost: out.read(),
    failing: failing.read().get(failure) ?? [],
    openedAt,
    firstLearnerAt,
  }
}

function isFailing(
  here: ReadonlyMap<string, number>,
  out: ReadonlyMap<string, number>,
  mentorId: string,
): boolean {
  const all = new Set([...here.keys(), ...out.keys()])
  return out.has(mentorId) || out.size * 2 > all.size
}
