/**
 * Tells the server which video tiles are on screen and how large, in device pixels: what nobody looks at costs nothing.
 * The first report and a new picture's go at once, changes of size when the page has come to rest.
 */
import type { Tile } from '@peerlearn/contract/media'
import { orderTiles, ShownTiles } from './view-tiles.ts'
import type { Rank, Seen } from './view-tiles.ts'

const restMs = 100
/** A tab in the background sees nothing; a short look elsewhere must not cost a picture. */
const hiddenMs = 5000
const largest = 16384

export class ViewReport {
  #send: (tiles: Tile[]) => void
  #rank: Rank
  #seen = new Map<Element, Seen>()
  #shown = new ShownTiles()
  #last: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #keptTimer: ReturnType<typeof setTimeout> | undefined
  /** A report that must not wait is on its way. */
  #urgent = false
  #hidden = false
  #closed = false
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.#measure(target)))
  #sights = new IntersectionObserver((entries) => entries.forEach((entry) => this.#onSight(entry)))

  constructor(send: (tiles: Tile[]) => void, rank: Rank) {
    this.#send = send
    this.#rank = rank
    document.addEventListener('visibilitychange', this.#onVisibility)
  }

  /** Tiles on screen now. */
  get size(): number {
    return [...this.#seen.values()].filter(({ visible }) => visible).length
  }

  /** Is this producer's picture asked for now? */
  wants(producerId: string): boolean {
    return (
      !this.#hidden && [...this.#seen.values()].some((s) => s.visible && s.producerIds.includes(producerId))
    )
  }

  /** An attachment for the element that shows these producers: one, or two while that person's media move. */
  watch(producerIds: readonly string[]): (element: Element) => () => void {
    return (element) => {
      this.#seen.set(element, { producerIds, visible: true, width: 0, height: 0 })
      this.#measure(element)
      // Until it is told of, the picture stays black.
      this.#atOnce()
      this.#sizes.observe(element)
      this.#sights.observe(element)
      return () => {
        this.#seen.delete(element)
        this.#sizes.unobserve(element)
        this.#sights.unobserve(element)
        this.#soon()
      }
    }
  }

  /** Forgets what was said, and says it again: there is a new peer, or the socket was away. */
  restart(): void {
    this.#last = null
    this.#shown.clear()
    if (this.#seen.size > 0) this.#soon()
  }

  /** Somebody else speaks: the order may be another. */
  reorder(): void {
    if (this.#last !== null) this.#soon()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    clearTimeout(this.#keptTimer)
    clearTimeout(this.#hiddenTimer)
    this.#sizes.disconnect()
    this.#sights.disconnect()
    document.removeEventListener('visibilitychange', this.#onVisibility)
  }

  #onSight({ target, isIntersecting }: IntersectionObserverEntry): void {
    const seen = this.#seen.get(target)
    if (!seen) return
    seen.visible = isIntersecting
    this.#soon()
  }

  #measure(element: Element): void {
    const seen = this.#seen.get(element)
    if (!seen) return
    const { width, height } = element.getBoundingClientRect()
    seen.width = Math.min(largest, Math.round(width * devicePixelRatio))
    seen.height = Math.min(largest, Math.round(height * devicePixelRatio))
    this.#soon()
  }

  #soon(): void {
    // The tiles go after the room: told then, it would empty the view of a room that is joined next.
    if (this.#urgent || this.#closed) return
    // With nothing on screen yet there is nothing to hurry for.
    if (this.#last === null && this.#seen.size > 0) return this.#atOnce()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#report(), restMs)
  }

  /** Once for all that appears in this turn; what moves meanwhile does not put it off. */
  #atOnce(): void {
    if (this.#urgent || this.#closed) return
    this.#urgent = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#report())
  }

  #report(): void {
    this.#urgent = false
    clearTimeout(this.#keptTimer)
    const tiles = this.#hidden ? [] : this.#tiles()
    const said = JSON.stringify(tiles)
    // An empty first word would pause what is about to be shown.
    if (said === this.#last || (this.#last === null && tiles.length === 0 && !this.#hidden)) return
    this.#last = said
    this.#send(tiles)
  }

  #tiles(): Tile[] {
    const { tiles, changesInMs } = this.#shown.at(performance.now(), this.#seen.values())
    if (changesInMs < Infinity) this.#keptTimer = setTimeout(() => this.#report(), changesInMs + 1)
    return orderTiles(tiles, this.#rank)
  }

  #onVisibility = (): void => {
    clearTimeout(this.#hiddenTimer)
    const become = (hidden: boolean) => {
      this.#hidden = hidden
      this.#report()
    }
    if (document.visibilityState === 'hidden') this.#hiddenTimer = setTimeout(() => become(true), hiddenMs)
    else become(false)
  }
}
