/** What a document says can be read, in whatever script its people write their names. */
import { inflateSync } from 'node:zlib'
import type { DocumentFacts } from '@peerlearn/contract/documents'
import { expect, test } from 'vitest'
import { printDocument } from './pdf.ts'

const facts = (name: string): DocumentFacts => ({
  supplier: { name, address: '', gstin: null },
  customer: { name: 'Asha', address: '', gstin: null },
  lines: [{ words: `Class of ${name}`, quantity: 1, amountPaise: 49_900 }],
  discountPaise: 0,
  tax: null,
  totalPaise: 49_900,
  paymentId: 'pay_1',
  method: 'upi',
  corrects: null,
})

/** The contents of a PDF's compressed streams that are text: pages, and what the glyphs of each font mean. */
function streamsOf(pdf: Buffer): string[] {
  const found = [...pdf.toString('latin1').matchAll(/\/FlateDecode[^]*?stream\n([^]*?)\nendstream/g)]
  return found.map(([, body = '']) => inflateSync(Buffer.from(body, 'latin1')).toString('latin1'))
}

/** Every letter that somebody who copies the text gets: the fonts' ToUnicode maps (PDF 32000-1, 9.10.3), as UTF-16. */
function lettersOf(streams: string[]): Set<string> {
  const maps = streams.filter((stream) => stream.includes('beginbfrange'))
  const ranges = maps.flatMap((map) => [...map.matchAll(/\[([^\]]*)\]/g)].map(([, codes = '']) => codes))
  const words = ranges.flatMap((codes) => [...codes.matchAll(/<([^>]*)>/g)].map(([, hex = '']) => hex))
  return new Set(
    words.flatMap((hex) => [...Buffer.from(hex.replace(/\s/g, ''), 'hex').swap16().toString('utf16le')]),
  )
}

/** Glyphs shown on the page, by their number in the font; 0 is the box of a letter that the font does not have. */
const glyphsOf = (streams: string[]) =>
  streams
    .filter((stream) => /\bTJ\b/.test(stream))
    .flatMap((page) =>
      [...page.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex = '']) => hex.match(/.{4}/g) ?? []),
    )

test.each([
  ['Latin', 'Adītī Ångström'],
  ['Devanagari', 'श्री अदिति क्षत्रिय'],
  ['Tamil', 'தமிழ்ச்செல்வி இராமநாதன்'],
  ['Telugu', 'శ్రీనివాసరావు కృష్ణమూర్తి'],
  ['Bengali', 'শ্রীজাতা বন্দ্যোপাধ্যায়'],
  ['Gujarati', 'જ્યોત્સ્ના ક્ષત્રિય'],
  ['Kannada', 'ಶ್ರೀಕೃಷ್ಣಮೂರ್ತಿ ವಿಶ್ವೇಶ್ವರಯ್ಯ'],
  ['Malayalam', 'ശ്രീലക്ഷ്മി കൃഷ്ണൻകുട്ടി പുസ്തകം'],
  ['Gurmukhi', 'ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ ਢਿੱਲੋਂ'],
  ['Odia', 'ଶ୍ରୀକାନ୍ତ ମହାପାତ୍ର'],
  ['Cyrillic', 'Иван Ґалаґан'],
  ['Greek', 'Πέτρος'],
  ['Vietnamese', 'Nguyễn Thị Ánh'],
  ['two at once', 'ജ്യോതി & ज्योति — ਜੋਤੀ।'],
])('a name in %s is printed in letters, none as a box', async (_script, name) => {
  const at = new Date('2026-11-21T10:00:00Z')
  const printed = {
    kind: 'receipt',
    number: 'R26/1-00001',
    issuedAt: at,
    facts: facts(name),
    sandbox: false,
  } as const
  const streams = streamsOf(Buffer.from(await printDocument(printed)))
  expect(glyphsOf(streams).length).toBeGreaterThan(name.length)
  expect(glyphsOf(streams)).not.toContain('0000')
  // A vowel around its letter is printed, and copied, in its two parts.
  const letters = new Set([...lettersOf(streams)].join('').normalize('NFD'))
  expect([...name.normalize('NFD')].filter((letter) => !letters.has(letter))).toEqual([])
})
