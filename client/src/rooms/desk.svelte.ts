/** How this person looks at the room: grid or speaker, who is pinned, which page, which panel. Nobody else sees it. */
import type { View } from './tiles.ts'

export type Panel = 'chat' | 'people'

export class Desk {
  #view = $state<View>('grid')
  #pinned = $state<string | null>(null)
  #page = $state(0)
  #panel = $state<Panel | null>(null)
  #lastSpeaker = $state<string | null>(null)

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
    this.#pinned = null
    this.#page = 0
  }

  pin(key: string): void {
    this.#pinned = this.#pinned === key ? null : key
    this.#page = 0
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
