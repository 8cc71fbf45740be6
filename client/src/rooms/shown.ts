/**
 * Which of what arrives is shown and heard. While somebody's media move (theirs or mine), the same picture comes twice for
 * a moment: the earlier one stays until the later one carries something, and no voice is ever heard twice. Pure.
 */
import type { ProducerInfo, ReceiveMode, Source } from '@peerlearn/contract/media'
import type { Incoming } from './media.ts'

export const slotOf = ({ peerId, source }: { peerId: string; source: Source }) => `${peerId} ${source}`

/** Slot → what is shown there. `incoming` in order of coming; `flowing`: consumers that were seen to carry something. */
export function shownOf(
  incoming: Iterable<Incoming>,
  producers: Iterable<ProducerInfo>,
  flowing: { has: (consumerId: string) => boolean },
): Map<string, Incoming> {
  const known = new Map([...producers].map((producer) => [producer.producerId, producer]))
  const shown = new Map<string, Incoming>()
  for (const one of incoming) {
    const producer = known.get(one.info.producerId)
    if (!one.track || !producer) continue
    const slot = slotOf(one.info)
    const earlier = shown.get(slot)
    const silent = earlier && known.get(earlier.info.producerId)?.paused && !producer.paused
    if (!earlier || silent || flowing.has(one.info.consumerId)) shown.set(slot, one)
  }
  return shown
}

/** Does this mode do without the pictures of this source? */
export const spares = (mode: ReceiveMode, source: Source): boolean =>
  mode === 'voice' || (mode === 'slides' && source !== 'screen')

/** Without the pictures that this mode spares: they stand still at once, and are closed only some seconds later. */
export function spared(
  shown: ReadonlyMap<string, Incoming>,
  mode: ReceiveMode,
): ReadonlyMap<string, Incoming> {
  if (mode === 'full' || mode === 'saver') return shown
  const kept = ({ info }: Incoming) => info.kind === 'audio' || !spares(mode, info.source)
  return new Map([...shown].filter(([, incoming]) => kept(incoming)))
}
