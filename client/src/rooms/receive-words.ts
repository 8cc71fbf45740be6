/** The receive modes, data and budgets in words. Pure. */
import type { Receiving } from '@peerlearn/contract/links'
import type { ReceiveMode } from '@peerlearn/contract/media'
import { receiveCeiling } from '@peerlearn/contract/media'

export const modeNames: Record<ReceiveMode, string> = {
  full: 'Full',
  saver: 'Saver',
  slides: 'Slides + voice',
  voice: 'Voice',
}

const contents: Record<ReceiveMode, string> = {
  full: 'Everything, as sharp as your screen and connection take it',
  saver: 'Small pictures and all voices',
  slides: 'The shared screen and the mentor’s voice',
  voice: 'Voices alone, no pictures',
}

const MB = 1_000_000

/** 52.4 MB, 940 kB, 1.20 GB: three figures at most. */
export function dataSize(bytes: number): string {
  if (bytes < MB) return `${Math.round(bytes / 1000)} kB`
  if (bytes < 100 * MB) return `${(bytes / MB).toFixed(1)} MB`
  return bytes < 1000 * MB ? `${Math.round(bytes / MB)} MB` : `${(bytes / MB / 1000).toFixed(2)} GB`
}

/** What a mode brings, and what it takes at most. */
export function modeWords(mode: ReceiveMode): string {
  const ceiling = receiveCeiling[mode]
  if (ceiling === null) return contents[mode]
  return `${contents[mode]}; at most ${dataSize((ceiling / 8) * 3600)} an hour`
}

/** Budgets that can be chosen, in bytes; null: none. */
export const budgets = [null, 50 * MB, 100 * MB, 200 * MB, 500 * MB, 1000 * MB]

export const budgetWords = (bytes: number | null) =>
  bytes === null ? 'No limit' : dataSize(bytes).replace('.0 ', ' ')

/** Stands beside the mode as long as the budget, and not the learner, holds it. */
export const budgetMark = ({ reason, budgetBytes }: Receiving): string | null =>
  reason === 'budget' && budgetBytes !== null ? `to keep ${budgetWords(budgetBytes)}` : null

/** Said above the faces for a while when the budget, and not the learner, decides. */
export function budgetNotice({ mode, reason, budgetBytes, usedBytes }: Receiving): string | null {
  if (reason !== 'budget' || budgetBytes === null) return null
  if (usedBytes > budgetBytes) return `Your ${budgetWords(budgetBytes)} are used up. Only voices come in now.`
  return `To keep your ${budgetWords(budgetBytes)}, you receive ${modeNames[mode]} now.`
}
