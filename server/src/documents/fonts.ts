/** Fonts of documents, and which one can write what: Noto Sans comes in files by script. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { allowMissingAnchors } from './missing-anchors.ts'

const require = createRequire(import.meta.url)
const read = (file: string) => readFileSync(require.resolve(file))

export type Weight = 'regular' | 'bold'
const numbers: Record<Weight, number> = { regular: 400, bold: 700 }

/** Letters of one file each; the first that fits. */
const letters = {
  devanagari: /\p{Script=Devanagari}/u,
  bengali: /\p{Script=Bengali}/u,
  gujarati: /\p{Script=Gujarati}/u,
  gurmukhi: /\p{Script=Gurmukhi}/u,
  kannada: /\p{Script=Kannada}/u,
  malayalam: /\p{Script=Malayalam}/u,
  oriya: /\p{Script=Oriya}/u,
  tamil: /\p{Script=Tamil}/u,
  telugu: /\p{Script=Telugu}/u,
  greek: /[\u0370-\u03ff]/u,
  cyrillic: /[\u0400-\u045f\u0490\u0491\u04b0\u04b1\u2116]/u,
  vietnamese: /[\u0102\u0103\u0110\u0111\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9\u20ab]/u,
  latin: /[\u0020-\u00ff\u0131\u0152\u0153\u2000-\u206f€™−]/u,
  // Letters with rarer marks, and ₹.
  'latin-ext': /./su,
}
type Script = keyof typeof letters
const scripts = Object.keys(letters) as Script[] // the keys of the table just above

/** Those of India have a package each, named like the script. */
const ofIndia: readonly Script[] = scripts.slice(0, scripts.indexOf('greek'))
const fileOf = (script: Script, weight: Weight) => {
  const family = ofIndia.includes(script) ? `noto-sans-${script}` : 'noto-sans'
  return `@fontsource/${family}/files/${family}-${script}-${numbers[weight]}-normal.woff`
}

/** name → the font's file, read once. */
export const fonts = new Map(
  scripts.flatMap((script) =>
    (Object.keys(numbers) as Weight[]).map(
      (weight) => [`${script}-${weight}`, read(fileOf(script, weight))] as const,
    ),
  ),
)

allowMissingAnchors(read(fileOf('devanagari', 'regular')))

/** Joiners and the end of a sentence, which these scripts share: they belong to the letters before them. */
const shared = ['\u0964', '\u0965', '\u200c', '\u200d', '\u25cc']

function scriptOf(letter: string, before: Script | undefined): Script {
  if (letter === ' ' && before) return before
  if (shared.includes(letter)) return before && ofIndia.includes(before) ? before : 'devanagari'
  return scripts.find((script) => letters[script].test(letter)) ?? 'latin-ext'
}

export interface Run {
  text: string
  font: string
}

/** Text as runs of one font each; a space stays with the letters before it. */
export function runsOf(text: string, weight: Weight): Run[] {
  const runs: Run[] = []
  let before: Script | undefined
  for (const letter of text) {
    const script = scriptOf(letter, before)
    const last = runs.at(-1)
    if (last && script === before) last.text += letter
    else runs.push({ text: letter, font: `${script}-${weight}` })
    before = script
  }
  return runs
}
