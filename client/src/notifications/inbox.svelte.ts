/** What a signed-in person was told: the newest notices first, and how many are unread. */
import { notificationRoutes } from '@peerlearn/contract/notifications'
import type { Notification } from '@peerlearn/contract/notifications'
import { call, wordsOf } from '../lib/api.ts'
import { socket } from '../lib/socket.svelte.ts'

/** As many as the server keeps in its list. */
const kept = 50

export class Inbox {
  #items = $state.raw<Notification[]>([])
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
  get unread(): number {
    return this.#items.filter((item) => !item.read).length
  }

  /** Fetches the list and keeps it up to date until the returned function is called; `onNew` hears of each new one. */
  watch(onNew: (item: Notification) => void): () => void {
    void this.load()
    const stops = [
      socket.on('notification.new', (item) => {
        if (this.#items.some((known) => known.id === item.id)) return
        this.#items = [item, ...this.#items].slice(0, kept)
        onNew(item)
      }),
      // What was told while the socket was away is in the list.
      socket.onState(() => socket.state === 'open' && this.#phase !== 'loading' && void this.load()),
    ]
    return () => {
      for (const stop of stops) stop()
      this.#items = []
      this.#phase = 'loading'
    }
  }

  async load(): Promise<void> {
    try {
      this.#items = (await call(notificationRoutes.notifications, {})).items
      this.#phase = 'ready'
    } catch (error) {
      this.#failure = wordsOf(error)
      if (this.#phase !== 'ready') this.#phase = 'failed'
    }
  }

  /** Marks all as read; when the server can't be told they stay unread. */
  async readAll(): Promise<void> {
    if (this.unread === 0) return
    const before = this.#items
    this.#items = before.map((item) => ({ ...item, read: true }))
    try {
      await call(notificationRoutes.readAll, { body: {} })
    } catch {
      this.#items = before
    }
  }
}

export const inbox = new Inbox()
