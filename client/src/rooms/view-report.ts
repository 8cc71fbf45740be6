/**
 * Tells the server which video tiles are on screen and how large, in device pixels: what nobody looks at costs nothing.
 * The first report and a new picture's go at once, changes of size when the page has come to rest.
 */
import type { Tile } from '@peerlearn/contract/media'

interface Seen {
  consumerId: string
  visible: boolean
  width: number
  height: number
}

const restMs = 100
/** A tab in the background sees nothing; a short look elsewhere must not cost a picture. */
const hiddenMs = 5000

export class ViewReport {
  #send: (tiles: Tile[]) => void
  #seen = new Map<Element, Seen>()
  #last: string | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  /** A report that must not wait is on its way. */
  #urgent = false
  #hidden = false
  #hiddenTimer: ReturnType<typeof setTimeout> | undefined
  #sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => this.#measure(target)))
  #sights = new IntersectionObserver((entries) => entries.forEach((entry) => this.#onSight(entry)))

  constructor(send: (tiles: Tile[]) => void) {
    this.#send = send
    document.addEventListener('visibilitychange', this.#onVisibility)
  }

  /** An attachment for the element that shows this consumer. */
  watch(consumerId: string): (element: Element) => () => void {
    return (element) => {
      this.#seen.set(element, { consumerId, visible: true, width: 0, height: 0 })
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
    if (this.#seen.size > 0) this.#soon()
  }

  close(): void {
    clearTimeout(this.#timer)
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
    seen.width = Math.min(16384, Math.round(width * devicePixelRatio))
    seen.height = Math.min(16384, Math.round(height * devicePixelRatio))
    this.#soon()
  }

  #soon(): void {
    if (this.#urgent) return
    // With nothing on screen yet there is nothing to hurry for.
    if (this.#last === null && this.#seen.size > 0) return this.#atOnce()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#report(), restMs)
  }

  /** Once for all that appears in this turn; what moves meanwhile does not put it off. */
  #atOnce(): void {
    if (this.#urgent) return
    this.#urgent = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#report())
  }

  #report(): void {
    this.#urgent = false
    const shown = this.#hidden ? [] : [...this.#seen.values()].filter((s) => s.visible && s.width > 0)
    const tiles = shown.map(({ consumerId, width, height }) => ({ consumerId, width, height }))
    const said = JSON.stringify(tiles)
    // An empty first word would pause what is about to be shown.
    if (said === this.#last || (this.#last === null && tiles.length === 0 && !this.#hidden)) return
    this.#last = said
    this.#send(tiles)
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
