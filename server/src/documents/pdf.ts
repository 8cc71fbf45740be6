/** A document on one page of A4. */
import type { Document, DocumentFacts } from '@peerlearn/contract/documents'
import PDFDocument from 'pdfkit'
import { fonts, runsOf, type Weight } from './fonts.ts'

interface Printed {
  kind: Document['kind']
  number: string
  issuedAt: Date
  facts: DocumentFacts
  /** Play money of a trial: it says so. */
  sandbox: boolean
}

type Page = InstanceType<typeof PDFDocument>

const titles: Record<Document['kind'], string> = {
  receipt: 'Receipt',
  invoice: 'Tax invoice',
  'credit-note': 'Credit note',
}

const margin = 56
const width = 595 - 2 * margin
const grey = '#5b6470'
const black = '#16191d'

const rupees = (paise: number) =>
  new Intl.NumberFormat('en-IN', { style: 'currency', currency: 'INR' }).format(paise / 100)

/** A supplier's documents have the days of India, wherever they are read. */
const day = (at: Date) =>
  `${new Intl.DateTimeFormat('en-IN', { dateStyle: 'long', timeZone: 'Asia/Kolkata' }).format(at)} (India time)`

/** @returns the PDF's bytes */
export function printDocument({ kind, number, issuedAt, facts, sandbox }: Printed): Promise<Uint8Array> {
  const page = new PDFDocument({
    size: 'A4',
    margin,
    info: { Title: `${titles[kind]} ${number}`, Author: facts.supplier.name, CreationDate: issuedAt },
  })
  for (const [name, file] of fonts) page.registerFont(name, file)
  const done = collect(page)
  line(page, titles[kind], { size: 24, weight: 'bold' })
  line(page, `${number} · ${day(issuedAt)}`, { colour: grey, below: 20 })
  if (facts.corrects)
    line(page, `Corrects ${facts.corrects.number}: ${facts.corrects.because}`, { below: 20 })
  parties(page, facts)
  amounts(page, facts)
  line(page, footer(facts), { size: 9, colour: grey })
  if (sandbox) line(page, 'A trial’s sandbox: no real money was paid.', { weight: 'bold', colour: '#a3261b' })
  page.end()
  return done
}

const collect = (page: Page) =>
  new Promise<Uint8Array>((resolve, reject) => {
    const chunks: Buffer[] = []
    page.on('data', (chunk: Buffer) => chunks.push(chunk))
    page.on('end', () => resolve(Buffer.concat(chunks)))
    page.on('error', reject)
  })

interface Look {
  size?: number
  weight?: Weight
  colour?: string
  /** Points of space below. */
  below?: number
}

/** A paragraph from the left margin, each script in its font. */
function line(
  page: Page,
  text: string,
  { size = 11, weight = 'regular', colour = black, below = 4 }: Look = {},
) {
  page.fillColor(colour).fontSize(size)
  write(page, text, { weight, size, within: width })
  page.y += below
}

/** Of a line's top to its baseline, in heights of Noto Sans; other scripts' own would move their letters up. */
const ascent = 1.069

/** Text within a width, each run in its font, all on one baseline. */
function write(
  page: Page,
  text: string,
  { weight, size, within }: { weight: Weight; size: number; within: number },
): void {
  const runs = runsOf(text, weight)
  const shift = ascent * size
  page.x = margin
  page.y += shift
  runs.forEach((run, at) =>
    page
      .font(run.font)
      .text(run.text, { width: within, continued: at < runs.length - 1, baseline: 'alphabetic' }),
  )
  page.y -= shift
}

function parties(page: Page, { supplier, customer }: DocumentFacts): void {
  for (const [role, who] of [
    ['From', supplier],
    ['To', customer],
  ] as const) {
    line(page, role, { size: 9, colour: grey, below: 0 })
    line(page, who.name, { weight: 'bold', below: 0 })
    for (const more of who.address.split('\n').filter(Boolean)) line(page, more, { below: 0 })
    if (who.gstin) line(page, `GSTIN ${who.gstin}`, { below: 0 })
    page.y += 14
  }
}

function amounts(page: Page, { lines, discountPaise, tax, totalPaise }: DocumentFacts): void {
  page.y += 6
  for (const { words, quantity, amountPaise } of lines)
    row(page, quantity > 1 ? `${words} × ${quantity}` : words, rupees(amountPaise))
  if (discountPaise > 0) row(page, 'Discount', `–${rupees(discountPaise)}`)
  if (tax) {
    row(page, `Taxable value (SAC ${tax.sac})`, rupees(tax.taxablePaise))
    row(page, `CGST ${tax.percent / 2} %`, rupees(tax.cgstPaise))
    row(page, `SGST ${tax.percent / 2} %`, rupees(tax.sgstPaise))
  }
  row(page, 'Total', rupees(totalPaise), 'bold')
  page.y += 20
}

const amountWidth = 120

/** Words at the left, an amount at the right, a rule below. */
function row(page: Page, words: string, amount: string, weight: Weight = 'regular'): void {
  const top = page.y
  const size = 11
  page.fillColor(black).fontSize(size)
  write(page, words, { weight, size, within: width - amountWidth - 12 })
  const bottom = page.y
  let x = margin + width
  for (const run of runsOf(amount, weight).reverse()) {
    page.font(run.font)
    x -= page.widthOfString(run.text)
    page.text(run.text, x, top + ascent * size, { lineBreak: false, baseline: 'alphabetic' })
  }
  page.y = bottom + 6
  page
    .moveTo(margin, page.y)
    .lineTo(margin + width, page.y)
    .lineWidth(0.5)
    .strokeColor('#d5d9de')
    .stroke()
  page.y += 6
}

function footer({ tax, paymentId, method }: DocumentFacts): string {
  const paid = `Paid by Razorpay${method ? ` (${method})` : ''}, ${paymentId}.`
  return `${paid} ${tax ? 'Prices contain the tax. Place of supply: the supplier’s state.' : 'No GST is charged.'}`
}
