/**
 * Who is online, on whichever server. Each server tells the others over the bus who came and went, and says every few
 * seconds who is there; one that falls silent is forgotten with its people. Losing a message loses nothing for long.
 */
import { z } from 'zod'
import type { Bus } from './bus.ts'

const channel = 'presence'
const repeatMs = 5_000
const forgetMs = 3 * repeatMs

const news = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('here'), server: z.string(), people: z.array(z.string()) }),
  z.object({ kind: z.literal('came'), server: z.string(), userId: z.string() }),
  z.object({ kind: z.literal('went'), server: z.string(), userId: z.string() }),
  z.object({ kind: z.literal('who'), server: z.string() }),
])
type News = z.infer<typeof news>

interface PresenceOptions {
  bus: Bus
  /** Somebody's first socket anywhere has opened, or the last one has been closed for a while. */
  onChange(userId: string, online: boolean): void
  /** A reload closes a socket and opens another: within this time nobody has gone. */
  graceMs?: number
}

export class Presence {
  readonly #server = crypto.randomUUID()
  readonly #here = new Set<string>()
  readonly #leaving = new Map<string, NodeJS.Timeout>()
  readonly #elsewhere = new Map<string, { people: Set<string>; heardAt: number }>()
  readonly #options: Required<PresenceOptions>
  readonly #stops: (() => void)[]
  readonly #timer: NodeJS.Timeout

  constructor(options: PresenceOptions) {
    this.#options = { graceMs: 3_000, ...options }
    this.#stops = [
      options.bus.subscribe(channel, (message) => this.#hear(message)),
      // Who came and went on other servers meanwhile is asked at once.
      options.bus.onBack(() => this.#ask()),
    ]
    this.#timer = setInterval(() => this.#repeat(), repeatMs).unref()
    this.#ask()
  }

  /** Those of them who are online now, here or on another server. */
  findOnline(userIds: Iterable<string>): Set<string> {
    return new Set([...userIds].filter((userId) => this.#here.has(userId) || this.#isElsewhere(userId)))
  }

  /** The person's first socket on this server has opened. */
  came(userId: string): void {
    clearTimeout(this.#leaving.get(userId))
    this.#leaving.delete(userId)
    if (this.#here.has(userId)) return
    this.#here.add(userId)
    this.#say({ kind: 'came', server: this.#server, userId })
    if (!this.#isElsewhere(userId)) this.#options.onChange(userId, true)
  }

  /** The person's last socket on this server has closed. */
  went(userId: string): void {
    const timer = setTimeout(() => {
      this.#leaving.delete(userId)
      this.#here.delete(userId)
      this.#say({ kind: 'went', server: this.#server, userId })
      if (!this.#isElsewhere(userId)) this.#options.onChange(userId, false)
    }, this.#options.graceMs)
    this.#leaving.set(userId, timer.unref())
  }

  close(): void {
    clearInterval(this.#timer)
    for (const timer of this.#leaving.values()) clearTimeout(timer)
    this.#say({ kind: 'here', server: this.#server, people: [] })
    for (const stop of this.#stops) stop()
  }

  #ask(): void {
    this.#say({ kind: 'who', server: this.#server })
    this.#repeat()
  }

  #say(message: News): void {
    this.#options.bus.publish(channel, message)
  }

  #repeat(): void {
    this.#say({ kind: 'here', server: this.#server, people: [...this.#here] })
    for (const [server, { heardAt }] of this.#elsewhere)
      if (Date.now() - heardAt > forgetMs) this.#elsewhere.delete(server)
  }

  #isElsewhere(userId: string): boolean {
    return this.#elsewhere.values().some(({ people }) => people.has(userId))
  }

  #hear(message: unknown): void {
    const { data } = news.safeParse(message)
    if (!data || data.server === this.#server) return
    if (data.kind === 'who') return this.#repeat()
    const known = this.#elsewhere.get(data.server)?.people ?? new Set()
    if (data.kind === 'came') known.add(data.userId)
    if (data.kind === 'went') known.delete(data.userId)
    const people = data.kind === 'here' ? new Set(data.people) : known
    this.#elsewhere.set(data.server, { people, heardAt: Date.now() })
  }
}
