/** A list of the server's, a page at a time; asking anew puts what is still under way aside. */
import { wordsOf } from './api.ts'

interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}
/** What goes into the question: nothing for the first page. */
interface Part {
  cursor?: string
  limit?: number
}
export type FetchPage<Item> = (part: Part, signal: AbortSignal) => Promise<Page<Item>>

export class Paged<Item> {
  #items = $state.raw<Item[]>([])
  #cursor = $state.raw<string | null>(null)
  #phase = $state<'loading' | 'ready' | 'failed'>('loading')
  #adding = $state(false)
  #failure = $state('')
  #keyOf: (item: Item) => string
  #fetch: FetchPage<Item> | undefined
  #running: AbortController | undefined

  constructor(keyOf: (item: Item) => string) {
    this.#keyOf = keyOf
  }

  get items(): Item[] {
    return this.#items
  }
  get cursor(): string | null {
    return this.#cursor
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

  /** The first page of another list; what is shown stays until it is there. */
  async ask(fetch: FetchPage<Item>): Promise<void> {
    this.#fetch = fetch
    this.#phase = 'loading'
    await this.#load({}, ({ items, nextCursor }) => {
      this.#items = items
      this.#cursor = nextCursor
      this.#phase = 'ready'
    })
    if (this.#failure) this.#phase = 'failed'
  }

  /** Shows a kept list at once, and what has changed in its first `limit` items as soon as the server answers. */
  async resume(fetch: FetchPage<Item>, { items, nextCursor }: Page<Item>, limit: number): Promise<void> {
    this.close()
    this.#fetch = fetch
    this.#items = items
    this.#cursor = nextCursor
    this.#phase = 'ready'
    if (!items.length) return
    const asked = Math.min(limit, items.length)
    await this.#load({ limit: asked }, (page) => {
      this.#items = this.#joined(page.items, items.slice(asked))
      if (items.length === asked) this.#cursor = page.nextCursor
    })
    this.#failure = '' // the kept list is good enough
  }

  again(): Promise<void> {
    return this.#fetch ? this.ask(this.#fetch) : Promise.resolve()
  }

  async more(): Promise<void> {
    const cursor = this.#cursor
    // While another list is asked for, there is no more of this one.
    if (this.#adding || this.#phase !== 'ready' || cursor === null) return
    this.#adding = true
    await this.#load({ cursor }, ({ items, nextCursor }) => {
      this.#items = this.#joined(this.#items, items)
      this.#cursor = nextCursor
    })
    this.#adding = false
  }

  /** Puts what a change answered in the place of what was there. */
  replace(item: Item): void {
    this.#items = this.#items.map((other) => (this.#keyOf(other) === this.#keyOf(item) ? item : other))
  }

  remove(item: Item): void {
    this.#items = this.#items.filter((other) => this.#keyOf(other) !== this.#keyOf(item))
  }

  close(): void {
    this.#running?.abort()
  }

  /** What moved from one page to another while they were asked for stands in the list once. */
  #joined(first: Item[], then: Item[]): Item[] {
    const known = first.map(this.#keyOf)
    return [...first, ...then.filter((item) => !known.includes(this.#keyOf(item)))]
  }

  async #load(part: Part, take: (page: Page<Item>) => void): Promise<void> {
    this.close()
    const { signal } = (this.#running = new AbortController())
    this.#failure = ''
    try {
      const page = await this.#fetch?.(part, signal)
      if (page && !signal.aborted) take(page)
    } catch (error) {
      if (!signal.aborted) this.#failure = wordsOf(error)
    }
  }
}
