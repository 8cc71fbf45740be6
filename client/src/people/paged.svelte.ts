/** A list of the server's, a page at a time; asking anew puts what is still under way aside. */
import { wordsOf } from '../lib/api.ts'

interface Page<Item> {
  items: Item[]
  nextCursor: string | null
}
type Fetch<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>

export class Paged<Item> {
  #items = $state.raw<Item[]>([])
  #cursor = $state.raw<string | null>(null)
  #phase = $state<'loading' | 'ready' | 'failed'>('loading')
  #adding = $state(false)
  #failure = $state('')
  #fetch: Fetch<Item> | undefined
  #running: AbortController | undefined

  get items(): Item[] {
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

  /** The first page of another list; what is shown stays until it is there. */
  async show(fetch: Fetch<Item>): Promise<void> {
    this.#fetch = fetch
    this.#phase = 'loading'
    await this.#load(undefined, [])
  }

  again(): Promise<void> {
    return this.#fetch ? this.show(this.#fetch) : Promise.resolve()
  }

  async more(): Promise<void> {
    if (this.#adding || this.#cursor === null) return
    this.#adding = true
    await this.#load(this.#cursor, this.#items)
  }

  /** Puts what a change answered in the place of the item that `which` knows. */
  replace(item: Item, which: (other: Item) => boolean): void {
    this.#items = this.#items.map((other) => (which(other) ? item : other))
  }

  remove(which: (item: Item) => boolean): void {
    this.#items = this.#items.filter((item) => !which(item))
  }

  close(): void {
    this.#running?.abort()
  }

  async #load(cursor: string | undefined, before: Item[]): Promise<void> {
    this.close()
    const { signal } = (this.#running = new AbortController())
    this.#failure = ''
    try {
      const page = await this.#fetch?.(cursor, signal)
      if (signal.aborted || !page) return
      this.#items = [...before, ...page.items]
      this.#cursor = page.nextCursor
      this.#phase = 'ready'
    } catch (error) {
      if (signal.aborted) return
      this.#failure = wordsOf(error)
      if (before.length === 0) this.#phase = 'failed'
    } finally {
      if (!signal.aborted) this.#adding = false
    }
  }
}
