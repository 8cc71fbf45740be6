/** The list of sessions for the chosen filters, a page at a time. */
import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { Session } from '@peerlearn/contract/sessions'
import { call, wordsOf } from '../lib/api.ts'
import { toQuery } from './filters.ts'
import type { Filters } from './filters.ts'

const pageSize = 18

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

  /** Skills of what is listed, for suggestions. */
  get skills(): string[] {
    const all = this.#items.flatMap((session) => session.skills)
    return all.filter((skill, at) => all.indexOf(skill) === at).sort()
  }

  /** Fetches the first page; an answer to older filters that is still on its way is dropped. */
  async show(filters: Filters): Promise<void> {
    this.#asked = { filters, at: Date.now() }
    this.#phase = 'loading'
    await this.#fetch(undefined, ({ items, nextCursor }) => {
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
    await this.#fetch(cursor, ({ items, nextCursor }) => {
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
    cursor: string | undefined,
    take: (page: { items: Session[]; nextCursor: string | null }) => void,
  ): Promise<void> {
    if (!this.#asked) return
    this.#running?.abort()
    const { signal } = (this.#running = new AbortController())
    const { filters, at } = this.#asked
    this.#failure = ''
    try {
      // The same "now" on every page: the cursor belongs to that question.
      const query = { ...toQuery(filters, at), limit: pageSize, ...(cursor && { cursor }) }
      const page = await call(sessionRoutes.list, { query, signal })
      if (!signal.aborted) take(page)
    } catch (error) {
      if (!signal.aborted) this.#failure = wordsOf(error)
    }
  }
}
