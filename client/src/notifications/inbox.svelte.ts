/** What a signed-in person was told: the newest notices first, and how many are unread. */
import { notificationRoutes } from '@peerlearn/contract/notifications'
import type { Notification } from '@peerlearn/contract/notifications'
import { call, wordsOf } from '../lib/api.ts'
import { socket } from '../lib/socket.svelte.ts'

class Inbox {
  #items = $state.raw<Notification[]>([])
  #unread = $state(0)
  #next = $state<string | null>(null)
  #fetching = $state(false)
  #phase = $state<'loading' | 'ready' | 'failed'>('loading')
  #failure = $state('')

  get items(): Notification[] {
    return this.#items
  }
  get phase(): 'loading' | 'ready' | 'failed' {
    return this.#phase
  }
  get failure(): string {
    return this.#failure
  }
  /** Of all there are, shown or not. */
  get unread(): number {
    return this.#unread
  }
  /** Are there older ones than those shown? */
  get hasOlder(): boolean {
    return this.#next !== null
  }
  /** Are older ones on their way? */
  get fetching(): boolean {
    return this.#fetching
  }

  /** Fetches the list and keeps it up to date until the returned function is called; `onNew` hears of each new one. */
  watch(onNew: (item: Notification) => void): () => void {
    void this.load()
    const stops = [
      socket.on('notification.new', (item) => {
        if (this.#items.some((known) => known.id === item.id)) return
        this.#items = [item, ...this.#items]
        this.#unread++
        onNew(item)
      }),
      // What was told while the socket was away is in the list.
      socket.onState(() => socket.state === 'open' && this.#phase !== 'loading' && void this.load()),
    ]
    return () => {
      for (const stop of stops) stop()
      this.#items = []
      this.#unread = 0
      this.#next = null
      this.#phase = 'loading'
    }
  }

  async load(): Promise<void> {
    try {
      const page = await call(notificationRoutes.notifications, { query: {} })
      this.#items = page.items
      this.#unread = page.unread
      this.#next = page.nextCursor
      this.#phase = 'ready'
    } catch (error) {
      this.#failure = wordsOf(error)
      if (this.#phase !== 'ready') this.#phase = 'failed'
    }
  }

  /** Fetches the page of older ones. @throws ApiError */
  async loadOlder(): Promise<void> {
    const cursor = this.#next
    if (cursor === null || this.#fetching) return
    this.#fetching = true
    try {
      const page = await call(notificationRoutes.notifications, { query: { cursor } })
      const isKnown = ({ id }: Notification) => this.#items.some((known) => known.id === id)
      this.#items = [...this.#items, ...page.items.filter((item) => !isKnown(item))]
      this.#next = page.nextCursor
    } finally {
      this.#fetching = false
    }
  }

  /** Marks one as read; when the server can't be told it stays unread. */
  async readOne(id: string): Promise<void> {
    const item = this.#items.find((known) => known.id === id)
    if (!item || item.read) return
    this.#put({ ...item, read: true })
    this.#unread--
    try {
      await call(notificationRoutes.readOne, { params: { id }, body: {} })
    } catch {
      this.#put(item)
      this.#unread++
    }
  }

  #put(item: Notification): void {
    this.#items = this.#items.map((known) => (known.id === item.id ? item : known))
  }

  /** Marks all as read; when the server can't be told they stay unread. */
  async readAll(): Promise<void> {
    if (this.unread === 0) return
    const [before, unread] = [this.#items, this.#unread]
    this.#items = before.map((item) => ({ ...item, read: true }))
    this.#unread = 0
    try {
      await call(notificationRoutes.readAll, { body: {} })
    } catch {
      this.#items = before
      this.#unread = unread
    }
  }
}

export const inbox = new Inbox()
