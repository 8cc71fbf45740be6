/** How this person looks at the room: grid or speaker, who is pinned, which page, which panel. Nobody else sees it. */
import type { View } from './tiles.ts'

export type Panel = 'chat' | 'people'

export class Desk {
  #view = $state<View>('grid')
  #pinned = $state<string | null>(null)
  #page = $state(0)
  #panel = $state<Panel | null>(null)
  #lastSpeaker = $state<string | null>(null)
  /** A pin that gave way to a screen, and the screens that there are. */
  #aside: string | null = null
  #screens: string[] = []

  get view(): View {
    return this.#view
  }

  /** Key of the tile that was put on the stage by hand. */
  get pinned(): string | null {
    return this.#pinned
  }

  get page(): number {
    return this.#page
  }

  get panel(): Panel | null {
    return this.#panel
  }

  /** User id of whoever spoke last, other than me. */
  get lastSpeaker(): string | null {
    return this.#lastSpeaker
  }

  look(view: View): void {
    this.#view = view
    this.#pinned = this.#aside = null
    this.#page = 0
  }

  pin(key: string): void {
    this.#pinned = this.#pinned === key ? null : key
    this.#aside = null
    this.#page = 0
  }

  /** These screens are shared now: a new one takes the stage from whoever is pinned, who returns after the last. */
  sharing(screens: string[]): void {
    const fresh = screens.some((key) => !this.#screens.includes(key))
    this.#screens = screens
    if (fresh && this.#pinned && !screens.includes(this.#pinned)) {
      this.#aside = this.#pinned
      this.#pinned = null
    } else if (screens.length === 0 && this.#aside) {
      this.#pinned ??= this.#aside
      this.#aside = null
    }
  }

  turnTo(page: number): void {
    this.#page = page
  }

  togglePanel(panel: Panel): void {
    this.#panel = this.#panel === panel ? null : panel
  }

  closePanel(): void {
    this.#panel = null
  }

  heard(userId: string | undefined): void {
    if (userId) this.#lastSpeaker = userId
  }
}
