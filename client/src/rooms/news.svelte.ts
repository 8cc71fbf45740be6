/** Short news of the room: `note` is drawn for a few seconds where it covers no face, `spoken` is read to screen readers. */
import type { RoomEvent } from '@peerlearn/contract/room-state'

const shownMs = 6000

export class News {
  #note = $state<string | null>(null)
  #spoken = $state('')
  #timer: ReturnType<typeof setTimeout> | undefined

  get note(): string | null {
    return this.#note
  }

  get spoken(): string {
    return this.#spoken
  }

  /** Shows it for some seconds; a newer one takes its place. */
  tell(text: string): void {
    this.#note = text
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => (this.#note = null), shownMs)
  }

  /** Has it read out, politely. */
  say(text: string): void {
    this.#spoken = text
  }

  /** What of an event is worth saying to somebody who does not look. */
  of({ kind, data }: RoomEvent, { me, nameOf }: { me: string; nameOf: (userId: string) => string }): void {
    if (!('userId' in data) || data.userId === me) return
    const words = spokenWords[kind]
    if (words) this.say(`${nameOf(data.userId)} ${words}`)
  }

  close(): void {
    clearTimeout(this.#timer)
  }
}

const spokenWords: Partial<Record<RoomEvent['kind'], string>> = {
  'peer.joined': 'joined',
  'peer.left': 'left',
  'hand.raised': 'raised a hand',
  'hand.lowered': 'lowered a hand',
}
