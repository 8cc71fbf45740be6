/** Which of a video's layers a tile needs, and who comes first when not all fit. */
import type { Offer } from './supply.ts'

/** A tile up to this many device pixels high is sharp enough with the layer of that index. */
const layerHeights = [200, 400]

/** The spatial layer (0 is the smallest) for a tile, never above what is produced. */
export function layerFor(tileHeight: number, producedLayers: number): number {
  const wanted = layerHeights.findIndex((limit) => tileHeight <= limit)
  return Math.min(wanted === -1 ? layerHeights.length : wanted, producedLayers - 1)
}

/** A screen's small letters are the point: whole in every tile in which one could read them. */
export function layerOf({ info, layers }: Offer, tileHeight: number): number {
  const isRead = info.source === 'screen' && tileHeight > (layerHeights[0] ?? 0)
  return isRead ? layers - 1 : layerFor(tileHeight, layers)
}

const isScreen = ({ info }: Offer) => info.source === 'screen'
const rank = (offer: Offer) => (isScreen(offer) ? 2 : 0) + (offer.mentor ? 1 : 0)

/** Screens first, then the mentor, then as they came. */
export const mostWantedFirst = (a: Offer, b: Offer) => rank(b) - rank(a)

/** mediasoup's priority (255 … 1) of the n-th most wanted video: who gets a better picture first when the link has room. */
export const priorityOf = (place: number) => Math.max(1, 255 - 5 * place)
