/**
 * What joins and links were like in the last hour, on whichever server the people are: each server notes its own and
 * tells the others on the bus.
 */
import { id } from '@peerlearn/contract/base'
import { ladderStep } from '@peerlearn/contract/links'
import { way, type Way } from '@peerlearn/contract/media'
import { z } from 'zod'
import type { Bus } from '../bus.ts'

const ms = z.number().int().min(0)
const ofSession = { sessionId: id }

/** ms of a join: from the message to connected media; null: refused, and the fault was ours. */
const observation = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('join'), ...ofSession, ms: ms.nullable() }),
  z.strictObject({ kind: z.literal('step'), ...ofSession, ...ladderStep.shape }),
  z.strictObject({
    kind: z.literal('link'),
    ...ofSession,
    peerId: id,
    way: way.nullable(),
  }),
])
export type Observation = z.infer<typeof observation>
type Of<K extends Observation['kind']> = Extract<Observation, { kind: K }>

const channel = 'admin:observed'
const keptMs = 3_600_000
/** A busy hour's joins; older ones give way. */
const keptMost = 20_000
/** Links are reported every few seconds; a peer that is silent this long is gone. */
const linkMs = 90_000
/** Told again by then, for servers that came later. */
const linkAgainMs = 30_000

type Timed<T> = T & { at: number }

export class Observed {
  readonly #bus: Bus
  readonly #now: () => number
  readonly #onOwn = new Set<(observation: Observation) => void>()
  readonly #links = new Map<string, Timed<Of<'link'>>>()
  readonly #stop: () => void
  #joins: Timed<Of<'join'>>[] = []
  #steps: Timed<Of<'step'>>[] = []

  constructor(bus: Bus, now: () => number) {
    this.#bus = bus
    this.#now = now
    this.#stop = bus.subscribe(channel, (message) => this.#take(observation.parse(message)))
  }

  /** What this server saw itself. */
  tell(seen: Observation): void {
    if (seen.kind === 'link' && !this.#isNews(seen)) return
    for (const hear of this.#onOwn) hear(seen)
    this.#bus.publish(channel, seen)
  }

  /** Hears what this server saw itself, and only that: what others saw they count. */
  onOwn(hear: (observation: Observation) => void): void {
    this.#onOwn.add(hear)
  }

  /** Joins of the last `withinMs`, newest last. */
  joins(withinMs = keptMs): Of<'join'>[] {
    return this.#joins.filter(({ at }) => at > this.#now() - withinMs)
  }

  /** Times that media had to be brought back; moving to another node, and a socket alone, are none. */
  reconnects(): Of<'step'>[] {
    this.#prune()
    return this.#steps.filter(({ step }) => step !== 'socket' && step !== 'move')
  }

  /** How a peer's media reach the node; null when its client did not say lately. */
  wayOf(peerId: string): Way | null {
    return this.#links.get(peerId)?.way ?? null
  }

  close(): void {
    this.#stop()
  }

  #isNews({ peerId, way }: Of<'link'>): boolean {
    const before = this.#links.get(peerId)
    return before?.way !== way || before.at < this.#now() - linkAgainMs
  }

  #take(seen: Observation): void {
    const at = this.#now()
    if (seen.kind === 'link') this.#links.set(seen.peerId, { ...seen, at })
    else if (seen.kind === 'join') this.#joins.push({ ...seen, at })
    else this.#steps.push({ ...seen, at })
    this.#prune()
  }

  #prune(): void {
    const now = this.#now()
    this.#joins = lately(this.#joins, now)
    this.#steps = lately(this.#steps, now)
    for (const [peerId, { at }] of this.#links) if (at < now - linkMs) this.#links.delete(peerId)
  }
}

/** Oldest first, so that most often there is nothing to do: this runs with everything that is heard. */
function lately<T extends { at: number }>(seen: T[], now: number): T[] {
  const from = seen.findIndex(({ at }) => at > now - keptMs)
  const tooOld = from === -1 ? seen.length : from
  const tooMany = seen.length - keptMost
  return tooOld > 0 || tooMany > 0 ? seen.slice(Math.max(tooOld, tooMany)) : seen
}
