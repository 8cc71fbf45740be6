/** What a person does in the room beyond seeing and speaking; a refusal is told in the room's news. */
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import type { News } from './news.svelte.ts'

export class RoomActions {
  #request: Socket['request']
  #news: News

  constructor(request: Socket['request'], news: News) {
    this.#request = request
    this.#news = news
  }

  leave(): void {
    // The server sees the socket's silence anyway; this only makes it quicker.
    this.#request('room.leave', {}).catch(() => undefined)
  }

  raiseHand(): void {
    this.#try(this.#request('hand.raise', {}))
  }

  /** One's own hand; the mentor's message may name somebody else's. */
  lowerHand(userId?: string): void {
    this.#try(this.#request('hand.lower', userId ? { userId } : {}))
  }

  mute(userId: string): void {
    this.#try(this.#request('peer.mute', { userId }))
  }

  remove(userId: string): void {
    this.#try(this.#request('peer.remove', { userId }))
  }

  endForAll(): void {
    this.#try(this.#request('room.end', {}))
  }

  #try(asked: Promise<unknown>): void {
    asked.catch((error: unknown) => {
      if (error instanceof SocketError) this.#news.tell(error.message)
      else console.error(error)
    })
  }
}
