/** The room starts dark, whatever the rest of the product wears; leaving it gives the page its own theme back. */
export class RoomTheme {
  #dark = $state(true)
  #root = document.documentElement
  #before = this.#root.dataset.theme

  get dark(): boolean {
    return this.#dark
  }

  turn(): void {
    this.#dark = !this.#dark
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
