/** What the catalogue remembers while the page lives: lists to come back to, and skills worth suggesting. */
import { SvelteSet } from 'svelte/reactivity'
import type { Session } from '@peerlearn/contract/sessions'
import type { Filters } from './filters.ts'

export interface Place {
  /** The filters, as the address keeps them. */
  search: string
  asked: { filters: Filters; at: number }
  items: Session[]
  cursor: string | null
  /** How far the window was scrolled, in px. */
  scroll: number
}

const most = 10
const places = new Map<string, Place>()

/** Names the present entry of the history: the same again after Back, another one after a click on a link. */
export function historyEntry(): string {
  const { navigation } = window as { navigation?: Navigation } // missing in older browsers
  return navigation?.currentEntry?.key ?? JSON.stringify(history.state)
}

export function keepPlace(entry: string, place: Place): void {
  places.delete(entry)
  places.set(entry, place)
  const [oldest] = places.keys()
  if (places.size > most && oldest !== undefined) places.delete(oldest)
}

/** What was shown at this entry of the history, if it was for these filters. */
export function placeAt(entry: string, search: string): Place | undefined {
  const place = places.get(entry)
  return place?.search === search ? place : undefined
}

/** Every skill seen so far: the list of a moment, once filtered, would only suggest what it is filtered by. */
export const skillsSeen = new SvelteSet<string>()
