/** My side of the chat: what is on its way, and what I have not read. The lines themselves are the room's. */
import { SvelteMap } from 'svelte/reactivity'
import type { ChatLine } from '@peerlearn/contract/room-state'
import { retryDelay } from '../lib/retry-delay.ts'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import type { News } from './news.svelte.ts'

/** While the server can't write, a line is sent again for ever, never slower than at this try. */
const slowestTry = 3

export class Conversation {
  #request: Socket['request']
  #news: News
  #unsent = new SvelteMap<string, string>()
  #readUpTo = $state(0)
  #sending = false
  #held = $state(false)

  constructor(request: Socket['request'], news: News) {
    this.#request = request
    this.#news = news
  }

  /** Lines that the server has not confirmed, oldest first. */
  get unsent(): [clientId: string, text: string][] {
    return [...this.#unsent]
  }

  /** What is unsent waits because it was more than a class can read. */
  get held(): boolean {
    return this.#held
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
    void this.#sendAll()
  }

  /** The room has this line now. */
  arrived(clientId: string): void {
    this.#unsent.delete(clientId)
  }

  /** The socket is back: what was on its way goes again. */
  resend(lines: ChatLine[]): void {
    for (const line of lines) this.#unsent.delete(line.clientId)
    void this.#sendAll()
  }

  /** One after another: they are said in the order in which they were written, also when one has to be sent again. */
  async #sendAll(): Promise<void> {
    if (this.#sending) return
    this.#sending = true
    for (let tries = 0, line = this.unsent[0]; line; line = this.unsent[0]) {
      const outcome = await this.#send(...line)
      if (outcome === 'away') break
      tries = outcome === 'later' ? tries + 1 : 0
      if (outcome === 'later')
        await new Promise((done) => setTimeout(done, retryDelay(Math.min(tries, slowestTry))))
    }
    this.#sending = false
    this.#held = false
  }

  async #send(clientId: string, text: string): Promise<'done' | 'later' | 'away'> {
    try {
      await this.#request('chat.send', { text, clientId })
    } catch (error) {
      const { code, message } =
        error instanceof SocketError ? error : { code: 'failed', message: String(error) }
      // Coming back to the room sends it again.
      if (code === 'offline' || code === 'timeout' || code === 'not-in-room') return 'away'
      if (code === 'not-ready') return 'later'
      if (code === 'too-many-requests') {
        this.#held = true
        return 'later'
      }
      this.#news.tell(`Your message was not sent: ${message}`)
    }
    this.#unsent.delete(clientId)
    return 'done'
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
