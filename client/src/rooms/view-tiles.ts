/** Which tiles to ask for, in which order: what is left for a moment is kept, what is most wanted comes first. Pure. */
import type { Tile } from '@peerlearn/contract/media'

export interface Seen {
  /** Usually one; two while somebody's media move. */
  producerIds: readonly string[]
  visible: boolean
  width: number
  height: number
}

/** As the contract takes them at most. */
const most = 50
/** A tile that leaves the screen for less is not given up: scrolling past must not cost a picture. */
export const keptMs = 1000

/** Who is on top of equally large tiles: 0 is most wanted. */
export type Rank = (producerId: string) => number

/** The tiles on screen, screens and the largest first; a tile is twice as large as another before its size counts. */
export function orderTiles(tiles: Tile[], rank: Rank): Tile[] {
  const size = ({ width, height }: Tile) => Math.floor(Math.log2(Math.max(1, width * height)))
  return tiles
    .map((tile) => ({ tile, rank: rank(tile.producerId), size: size(tile) }))
    .sort((a, b) => Number(b.rank === 0) - Number(a.rank === 0) || b.size - a.size || a.rank - b.rank)
    .map(({ tile }) => tile)
    .slice(0, most)
}

export class ShownTiles {
  #left = new Map<string, { tile: Tile; at: number }>()
  #shown = new Map<string, Tile>()

  /** What to ask for now, and in how many milliseconds that changes by itself (Infinity: it doesn't). */
  at(now: number, seen: Iterable<Seen>): { tiles: Tile[]; changesInMs: number } {
    const shown = new Map<string, Tile>()
    for (const { producerIds, visible, width, height } of seen)
      if (visible && width > 0 && height > 0)
        for (const producerId of producerIds) this.#take(shown, { producerId, width, height })
    for (const [producerId, tile] of this.#shown)
      if (!shown.has(producerId)) this.#left.set(producerId, { tile, at: now })
    this.#shown = shown
    let changesInMs = Infinity
    const kept: Tile[] = []
    for (const [producerId, { tile, at }] of this.#left) {
      const leftMs = at + keptMs - now
      if (shown.has(producerId) || leftMs <= 0) this.#left.delete(producerId)
      else {
        kept.push(tile)
        changesInMs = Math.min(changesInMs, leftMs)
      }
    }
    return { tiles: [...shown.values(), ...kept], changesInMs }
  }

  /** Nothing is kept any more: the producers are of an earlier time. */
  clear(): void {
    this.#left.clear()
    this.#shown.clear()
  }

  /** The larger of two tiles of the same picture counts. */
  #take(shown: Map<string, Tile>, tile: Tile): void {
    const other = shown.get(tile.producerId)
    if (!other || other.width * other.height < tile.width * tile.height) shown.set(tile.producerId, tile)
  }
}
