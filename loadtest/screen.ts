/** What a person has on screen: the pictures there are, those that fit, and what the product is told of them. */
import type { ClientInput } from '@peerlearn/contract/client-channel'
import type { ConsumerInfo, ProducerInfo, Source } from '@peerlearn/contract/media'
import type { Told } from './socket.ts'

export interface ScreenWish {
  /** Pictures on screen at most, and the device pixels of each. */
  tiles: number
  tile?: { width: number; height: number }
  /** Where in the row of pictures the view begins: not everybody looks at the same ones. */
  viewFrom?: number
}

interface ScreenListener {
  /** The product is to be told of these. */
  tell: (view: ClientInput<'view.set'>) => void
  /** Other packets than before are due. */
  changed: () => void
}

const small = { width: 320, height: 180 }
/** Many pictures come at once; the page, too, reports its tiles after it has drawn them. */
const drawingMs = 100

export class Screen {
  readonly #wish: ScreenWish
  readonly #listener: ScreenListener
  #own: string | undefined
  #producers = new Map<string, ProducerInfo>()
  #shown = new Set<string>()
  #timer: NodeJS.Timeout | undefined

  constructor(wish: ScreenWish, listener: ScreenListener) {
    this.#wish = wish
    this.#listener = listener
  }

  /** All there is, as an answer told it; `own`: the peer whose pictures are not shown to itself. */
  know(producers: ProducerInfo[], own: string | undefined): void {
    this.#own = own
    this.#producers = new Map(producers.map((info) => [info.producerId, info]))
  }

  hear(told: Told): void {
    switch (told.event) {
      case 'producer.opened':
        this.#producers.set(told.data.producerId, told.data)
        return this.#showSoon()
      case 'producer.closed':
        this.#producers.delete(told.data.producerId)
        return this.#showSoon()
      case 'producer.paused':
      case 'producer.resumed': {
        const known = this.#producers.get(told.data.producerId)
        if (known) known.paused = told.event === 'producer.paused'
        return this.#listener.changed()
      }
    }
  }

  /** Shows what there is now and says so; of nothing, before and now, nothing is said. */
  show(): void {
    const wanted = this.#row().slice(0, this.#wish.tiles)
    const before = this.#shown
    this.#shown = new Set(wanted.map(({ producerId }) => producerId))
    this.#listener.changed()
    if (this.#shown.size === 0 && before.size === 0) return
    const tiles = wanted.map(({ producerId }) => ({ producerId, ...(this.#wish.tile ?? small) }))
    this.#listener.tell({ tiles })
  }

  /** Is this to flow? Sounds, and pictures on screen, that are not paused. */
  isDue({ producerId, kind }: ConsumerInfo): boolean {
    const producer = this.#producers.get(producerId)
    return producer?.paused === false && (kind === 'audio' || this.#shown.has(producerId))
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #showSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.show()
    }, drawingMs)
  }

  /** Everybody's pictures, screens first, then from this person's place in the row on. */
  #row(): ProducerInfo[] {
    const others = [...this.#producers.values()].filter(
      ({ kind, peerId }) => kind === 'video' && peerId !== this.#own,
    )
    const from = (this.#wish.viewFrom ?? 0) % Math.max(1, others.length)
    const row = [...others.slice(from), ...others.slice(0, from)]
    return row.toSorted((a, b) => rank(a.source) - rank(b.source))
  }
}

const rank = (source: Source) => (source === 'screen' ? 0 : 1)
