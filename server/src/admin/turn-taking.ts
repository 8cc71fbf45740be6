/**
 * Which of several servers speaks for all: the oldest that is heard on the bus. What it has told so far comes with its
 * word, so that whoever follows it tells nothing twice and takes everything back.
 */
import { randomUUID } from 'node:crypto'
import { alert } from '@peerlearn/contract/admin'
import { z } from 'zod'
import type { Bus } from '../bus.ts'
import type { Told } from './standing.ts'

const channel = 'admin:speaker'
const word = z.strictObject({
  serverId: z.uuid(),
  startedAt: z.number(),
  told: z.array(z.strictObject({ ...alert.shape, over: z.string() })).nullable(),
})
type Word = z.infer<typeof word>

/** A server that is silent this long is gone; and so long a new one listens before it speaks. */
const silenceMs = 3_000

export class TurnTaking {
  readonly #bus: Bus
  readonly #now: () => number
  readonly #me: { serverId: string; startedAt: number }
  readonly #others = new Map<string, Word & { heardAt: number }>()
  readonly #stop: () => void
  #told: Told[] = []

  constructor(bus: Bus, now: () => number) {
    this.#bus = bus
    this.#now = now
    this.#me = { serverId: randomUUID(), startedAt: now() }
    this.#stop = bus.subscribe(channel, (message) => this.#hear(word.parse(message)))
  }

  /** What the speaker has told and not taken back. */
  get told(): readonly Told[] {
    return this.#told
  }

  /** Is it on this server to tell? */
  isSpeaker(): boolean {
    const now = this.#now()
    for (const [serverId, { heardAt }] of this.#others)
      if (heardAt < now - silenceMs) this.#others.delete(serverId)
    return (
      now - this.#me.startedAt >= silenceMs &&
      ![...this.#others.values()].some((other) => this.#isOlder(other))
    )
  }

  /** About once a second: says that this server is there, and as the speaker what it has told. */
  say(told: Told[] | null): void {
    if (told) this.#told = told
    this.#bus.publish(channel, { ...this.#me, told } satisfies Word)
  }

  close(): void {
    this.#stop()
  }

  #hear(heard: Word): void {
    if (heard.serverId === this.#me.serverId) return
    this.#others.set(heard.serverId, { ...heard, heardAt: this.#now() })
    if (heard.told && this.#isOlder(heard)) this.#told = heard.told
  }

  #isOlder({ startedAt, serverId }: Pick<Word, 'startedAt' | 'serverId'>): boolean {
    const { startedAt: mine, serverId: me } = this.#me
    return startedAt < mine || (startedAt === mine && serverId < me)
  }
}
