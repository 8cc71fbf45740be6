/** My side of the chat: what is on its way, and what I have not read. The lines themselves are the room's. */
import { SvelteMap } from 'svelte/reactivity'
import type { ChatLine } from '@peerlearn/contract/room-state'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import type { News } from './news.svelte.ts'

export class Conversation {
  #request: Socket['request']
  #news: News
  #unsent = new SvelteMap<string, string>()
  #readUpTo = $state(0)

  constructor(request: Socket['request'], news: News) {
    this.#request = request
    this.#news = news
  }

  /** Lines that the server has not confirmed, oldest first. */
  get unsent(): [clientId: string, text: string][] {
    return [...this.#unsent]
  }

  unread(lines: ChatLine[], myUserId: string): number {
    return lines.filter((line) => line.seq > this.#readUpTo && line.userId !== myUserId).length
  }

  /** Everything up to this event is read. */
  read(seq: number): void {
    this.#readUpTo = Math.max(this.#readUpTo, seq)
  }

  /** Says it once, however often it has to be sent. */
  send(text: string): void {
    const clientId = newId()
    this.#unsent.set(clientId, text)
    void this.#send(clientId, text)
  }

  /** The room has this line now. */
  arrived(clientId: string): void {
    this.#unsent.delete(clientId)
  }

  /** The socket is back: what was on its way goes again. */
  resend(lines: ChatLine[]): void {
    for (const line of lines) this.#unsent.delete(line.clientId)
    for (const [clientId, text] of this.#unsent) void this.#send(clientId, text)
  }

  async #send(clientId: string, text: string): Promise<void> {
    try {
      await this.#request('chat.send', { text, clientId })
      this.#unsent.delete(clientId)
    } catch (error) {
      const { code, message } =
        error instanceof SocketError ? error : { code: 'failed', message: String(error) }
      if (code === 'offline' || code === 'timeout' || code === 'not-in-room') return
      this.#unsent.delete(clientId)
      this.#news.tell(`Your message was not sent: ${message}`)
    }
  }
}

/** A UUID; crypto.randomUUID is missing in a page that is not secure. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
