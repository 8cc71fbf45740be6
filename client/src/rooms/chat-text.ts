/** A chat line as pieces of plain text and links, and what is said beside the box it is written in. Pure. */
import { longestLine } from '@peerlearn/contract/room-state'

/** Bound as text, so that nothing in a line becomes markup. */
export type Piece = { text: string; href?: string }

const address = /\bhttps?:\/\/[^\s<>"]+/gi
/** What ends a sentence is no part of an address; a closing bracket is, when it was opened in it. */
const trailing = /[.,;:!?'’”]+$/

function trimmed(found: string): string {
  const cut = found.replace(trailing, '')
  return cut.endsWith(')') && !cut.includes('(') ? trimmed(cut.slice(0, -1)) : cut
}

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const match of text.matchAll(address)) {
    const href = trimmed(match[0])
    if (!URL.canParse(href)) continue
    if (match.index > at) pieces.push({ text: text.slice(at, match.index) })
    pieces.push({ text: href, href })
    at = match.index + href.length
  }
  if (at < text.length) pieces.push({ text: text.slice(at) })
  return pieces
}

const nearly = 200

/** How a line that is being written stands to the longest; null while that is far off. */
export function lengthOf(text: string): { over: boolean; words: string } | null {
  const left = longestLine - text.trim().length
  if (left > nearly) return null
  if (left >= 0) return { over: false, words: `${left} ${left === 1 ? 'character' : 'characters'} left` }
  const many = left === -1 ? '1 character' : `${-left} characters`
  return { over: true, words: `${many} too many. Shorten it, or send it in parts.` }
}

/** Why lines that were written wait. */
export function heldWords(lines: number): string {
  const waiting =
    lines === 1
      ? 'Your message waits and is sent by itself.'
      : `Your ${lines} messages wait and are sent by themselves.`
  return `That is more than a class can read at once. ${waiting}`
}
