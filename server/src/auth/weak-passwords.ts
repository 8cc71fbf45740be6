/**
 * Passwords that anybody would try first. Counted is what is left of one without what can be guessed of it: words that
 * thousands chose, runs of the alphabet and of the keyboard, years, and what is known of its owner (NIST SP 800-63B 3.1.1.2).
 */
import { AppError } from '@peerlearn/contract/errors'
import { commonWords } from './common-words.ts'

interface Owner {
  name: string
  email: string
}

/** @throws AppError `bad-input` for a password that is guessed soon */
export function refuseWeak(password: string, owner: Owner): void {
  if (unguessed(password.toLowerCase(), owner) >= fewest) return
  throw new AppError('bad-input', 'This password is among the first that anybody would try.', {
    password: 'Too easy to guess. Take three plain words that have nothing to do with you or each other.',
  })
}

const fewest = 5

/** How many signs nobody knows before. */
function unguessed(password: string, owner: Owner): number {
  if (/^(.{1,4})\1+$/.test(password)) return 0
  const anonymous = personal(owner).reduce((left, word) => left.replaceAll(word, ' '), password)
  const { left, found } = withoutCommon(anonymous)
  const signs = left.replaceAll(/(?:19|20)\d\d|(.)\1{2,}/g, ' ').split(/\s+/)
  // Several of those words are guessed together, but not among the first.
  return signs.map(withoutRuns).join('').length + 3 * Math.max(0, found - 1)
}

function withoutCommon(password: string): { left: string; found: number } {
  let left = password
  let found = 0
  for (const word of common) {
    const rest = left.replaceAll(word, ' ')
    if (rest !== left) found++
    left = rest
  }
  return { left, found }
}

const personal = ({ name, email }: Owner): RegExp[] =>
  longestFirst(`${name} ${email}`.toLowerCase().match(/[\p{L}\p{M}]{3,}/gu) ?? [])

/** So that `pass` leaves nothing of `password`. */
function longestFirst(words: readonly string[]): RegExp[] {
  return words.toSorted((a, b) => b.length - a.length).map(looksLike)
}

const lines = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  '!@#$%^&*()',
]
const bothWays = lines.flatMap((line) => [line, [...line].toReversed().join('')])

/** Three digits or signs, four letters, and more of them in the order of a line go. */
function withoutRuns(text: string): string {
  let left = ''
  for (let at = 0; at < text.length;) {
    const run = runFrom(text, at)
    const length = run < (/\p{L}/u.test(text.charAt(at)) ? 4 : 3) ? 1 : run
    if (length === 1) left += text.charAt(at)
    at += length
  }
  return left
}

function runFrom(text: string, at: number): number {
  let length = 1
  const isRun = (end: number) => bothWays.some((line) => line.includes(text.slice(at, end)))
  while (at + length < text.length && isRun(at + length + 1)) length++
  return length
}

/** `password` is `P@ssw0rd`, too. */
function looksLike(word: string): RegExp {
  return new RegExp([...word].map((sign) => `[${sign}${disguises[sign] ?? ''}]`).join(''), 'gu')
}

const disguises: Record<string, string> = { a: '@4', e: '3', i: '1!', l: '1', o: '0', s: '$5', t: '7' }

const common = longestFirst(commonWords)
