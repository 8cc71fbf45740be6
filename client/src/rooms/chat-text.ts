/** A chat line as pieces of plain text and links; everything is bound as text, so nothing in it becomes markup. */
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
