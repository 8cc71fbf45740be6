/** A person's initials: first and last word, or two letters of a single one; letters and digits only. "?" for none. */
export function initials(name: string): string {
  const plain = (word: string) => word.replace(/[^\p{L}\p{M}\p{N}]/gu, '')
  const words = name.split(/\s+/).map(plain).filter(Boolean)
  const first = words[0] ?? '?'
  const last = words.length > 1 ? words[words.length - 1] : undefined
  const letters = last ? [...first].slice(0, 1).concat([...last].slice(0, 1)) : [...first].slice(0, 2)
  return letters.join('').toUpperCase()
}

/** One of `count` colours, always the same for the same name. */
export function colourOf(name: string, count: number): number {
  let sum = 7
  for (const letter of name.trim().toLowerCase()) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0
  return sum % count
}
