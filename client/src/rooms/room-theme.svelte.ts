/**
 * The room starts dark, or as this browser wore it last, whatever the rest of the product wears; leaving it gives the page
 * its own theme back.
 */
import { keepTaste, readTaste } from './choices.ts'

export class RoomTheme {
  #dark = $state(readTaste().dark)
  #root = document.documentElement
  #before = this.#root.dataset.theme

  get dark(): boolean {
    return this.#dark
  }

  turn(): void {
    this.#dark = !this.#dark
    keepTaste({ dark: this.#dark })
    this.wear()
  }

  wear(): void {
    this.#root.dataset.theme = this.#dark ? 'dark' : 'light'
    // Nothing scrolls here: no gap for a bar beside the faces.
    this.#root.style.scrollbarGutter = 'auto'
  }

  takeOff(): void {
    if (this.#before) this.#root.dataset.theme = this.#before
    this.#root.style.removeProperty('scrollbar-gutter')
  }
}
