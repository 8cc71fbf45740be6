/** The list of sessions for the chosen filters, a page at a time. */
import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { Session } from '@peerlearn/contract/sessions'
import { call } from '../lib/api.ts'
import { Paged, type FetchPage } from '../lib/paged.svelte.ts'
import { skillsSeen } from './catalogue-memory.ts'
import type { Place } from './catalogue-memory.ts'
import { toQuery, toSearch } from './filters.ts'
import type { Filters } from './filters.ts'

const pageSize = 18
/** The most that the server lists at once. */
const longestPage = 50

export class Catalogue extends Paged<Session> {
  #asked: Place['asked'] | undefined

  constructor() {
    super(({ id }) => id)
  }

  /** Skills of what was listed so far, for suggestions. */
  get skills(): string[] {
    return [...skillsSeen].sort()
  }

  /** What is shown, to be kept for somebody who comes back; undefined while there is nothing to keep. */
  get place(): Omit<Place, 'scroll'> | undefined {
    if (!this.#asked || this.phase !== 'ready') return undefined
    const search = toSearch(this.#asked.filters)
    return { search, asked: this.#asked, items: this.items, cursor: this.cursor }
  }

  /** Shows a kept list at once, and what has changed in it since as soon as the server answers. */
  restore({ asked, items, cursor }: Place): Promise<void> {
    this.#asked = asked
    return this.resume(pagesOf(asked), { items, nextCursor: cursor }, longestPage)
  }

  /** Fetches the first page; an answer to older filters that is still on its way is dropped. */
  show(filters: Filters): Promise<void> {
    this.#asked = { filters, at: Date.now() }
    return this.ask(pagesOf(this.#asked))
  }

  override async again(): Promise<void> {
    if (this.#asked) await this.show(this.#asked.filters)
  }
}

/** The same "now" on every page: the cursor belongs to that question. */
const pagesOf =
  ({ filters, at }: Place['asked']): FetchPage<Session> =>
  async (part, signal) => {
    const page = await call(sessionRoutes.list, {
      query: { ...toQuery(filters, at), limit: pageSize, ...part },
      signal,
    })
    for (const skill of page.items.flatMap((session) => session.skills)) skillsSeen.add(skill)
    return page
  }
