/** The list of sessions for the chosen filters, a page at a time. */
import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { Session } from '@peerlearn/contract/sessions'
import { call, wordsOf } from '../lib/api.ts'
import { skillsSeen } from './catalogue-memory.ts'
import type { Place } from './catalogue-memory.ts'
import { toQuery, toSearch } from './filters.ts'
import type { Filters } from './filters.ts'

const pageSize = 18
/** The most that the server lists at once. */
const longestPage = 50

export class Catalogue {
  #items = $state.raw<Session[]>([])
  #cursor = $state.raw<string | null>(null)
  #phase = $state<'loading' | 'ready' | 'failed'>('loading')
  #adding = $state(false)
  #failure = $state('')
  #asked: { filters: Filters; at: number } | undefined
  #running: AbortController | undefined

  get items(): Session[] {
    return this.#items
  }
  get phase(): 'loading' | 'ready' | 'failed' {
    return this.#phase
  }
  get hasMore(): boolean {
    return this.#cursor !== null
  }
  /** Whether a further page is on its way. */
  get adding(): boolean {
    return this.#adding
  }
  /** Words for a person when the last page did not come. */
  get failure(): string {
    return this.#failure
  }

  /** Skills of what was listed so far, for suggestions. */
  get skills(): string[] {
    return [...skillsSeen].sort()
  }

  /** What is shown, to be kept for somebody who comes back; undefined while there is nothing to keep. */
  get place(): Omit<Place, 'scroll'> | undefined {
    if (!this.#asked || this.#phase !== 'ready') return undefined
    const search = toSearch(this.#asked.filters)
    return { search, asked: this.#asked, items: this.#items, cursor: this.#cursor }
  }

  /** Shows a kept list at once, and what has changed in it since as soon as the server answers. */
  async restore({ asked, items, cursor }: Place): Promise<void> {
    this.#asked = asked
    this.#items = items
    this.#cursor = cursor
    this.#phase = 'ready'
    const limit = Math.min(longestPage, items.length)
    if (!limit) return
    await this.#fetch({ limit }, (page) => {
      const rest = items.slice(limit).filter(({ id }) => !page.items.some((session) => session.id === id))
      this.#items = [...page.items, ...rest]
      if (items.length <= limit) this.#cursor = page.nextCursor
    })
    this.#failure = '' // the kept list is good enough
  }

  /** Fetches the first page; an answer to older filters that is still on its way is dropped. */
  async show(filters: Filters): Promise<void> {
    this.#asked = { filters, at: Date.now() }
    this.#phase = 'loading'
    await this.#fetch({}, ({ items, nextCursor }) => {
      this.#items = items
      this.#cursor = nextCursor
      this.#phase = 'ready'
    })
    if (this.#failure) this.#phase = 'failed'
  }

  async again(): Promise<void> {
    if (this.#asked) await this.show(this.#asked.filters)
  }

  async more(): Promise<void> {
    const cursor = this.#cursor
    if (!cursor || this.#adding) return
    this.#adding = true
    await this.#fetch({ cursor }, ({ items, nextCursor }) => {
      const known = this.#items
      this.#items = [...known, ...items.filter(({ id }) => !known.some((session) => session.id === id))]
      this.#cursor = nextCursor
    })
    this.#adding = false
  }

  close(): void {
    this.#running?.abort()
  }

  async #fetch(
    part: { cursor?: string; limit?: number },
    take: (page: { items: Session[]; nextCursor: string | null }) => void,
  ): Promise<void> {
    if (!this.#asked) return
    this.#running?.abort()
    const { signal } = (this.#running = new AbortController())
    const { filters, at } = this.#asked
    this.#failure = ''
    try {
      // The same "now" on every page: the cursor belongs to that question.
      const query = { ...toQuery(filters, at), limit: pageSize, ...part }
      const page = await call(sessionRoutes.list, { query, signal })
      if (signal.aborted) return
      take(page)
      for (const skill of page.items.flatMap((session) => session.skills)) skillsSeen.add(skill)
    } catch (error) {
      if (!signal.aborted) this.#failure = wordsOf(error)
    }
  }
}
