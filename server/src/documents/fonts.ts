/** Fonts of documents, and which one can write what: Noto Sans comes in files by script. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const read = (file: string) => readFileSync(require.resolve(file))

export type Weight = 'regular' | 'bold'
const numbers: Record<Weight, number> = { regular: 400, bold: 700 }

const scripts = {
  latin: '@fontsource/noto-sans/files/noto-sans-latin',
  // Letters with rarer marks, and ₹.
  'latin-ext': '@fontsource/noto-sans/files/noto-sans-latin-ext',
  devanagari: '@fontsource/noto-sans-devanagari/files/noto-sans-devanagari-devanagari',
}
type Script = keyof typeof scripts

/** name → the font's file, read once. */
export const fonts = new Map(
  (Object.keys(scripts) as Script[]).flatMap((script) =>
    (Object.keys(numbers) as Weight[]).map(
      (weight) => [`${script}-${weight}`, read(`${scripts[script]}-${numbers[weight]}-normal.woff`)] as const,
    ),
  ),
)

const devanagari = /\p{Script=Devanagari}|\u200c|\u200d/u
const scriptOf = (letter: string): Script => {
  if (devanagari.test(letter)) return 'devanagari'
  const code = letter.codePointAt(0) ?? 0
  const isCommon = code <= 0xff || (code >= 0x2000 && code <= 0x206f) || letter === '€'
  return isCommon ? 'latin' : 'latin-ext'
}

export interface Run {
  text: string
  font: string
}

/** Text as runs of one font each; a space stays with the letters before it. */
export function runsOf(text: string, weight: Weight): Run[] {
  const runs: Run[] = []
  for (const letter of text) {
    const last = runs.at(-1)
    const font = letter === ' ' && last ? last.font : `${scriptOf(letter)}-${weight}`
    if (last?.font === font) last.text += letter
    else runs.push({ text: letter, font })
  }
  return runs
}
