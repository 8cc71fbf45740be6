/** Receipts, invoices and credit notes: one each, numbered without gaps, readable by those whom they concern. */
import { bookingRoutes, mostSeats } from '@peerlearn/contract/bookings'
import {
  documentFacts,
  documentRoutes as routes,
  type Document,
  type DocumentFacts,
} from '@peerlearn/contract/documents'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { documentJobs } from '../src/documents/issue.ts'
import { financialYear } from '../src/documents/numbers.ts'
import { runsOf } from '../src/documents/fonts.ts'
import { taxWithin } from '../src/documents/tax.ts'
import { newSession } from './factories.ts'
import { eventually, type Person } from './harness.ts'
import { openShop, type Held, type Shop } from './payments-shop.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

const listOf = async (person: Person) => (await shop.server.api(routes.mine, {}, person)).items

async function bought(): Promise<Held> {
  const held = await shop.held()
  const { orderId } = await shop.order(held.purchaseId, held.learner)
  await shop.pay(orderId)
  return held
}

/** Asked of the database until it is there: a person may not ask so often. */
async function issued(held: Held, kind: Document['kind']): Promise<Document> {
  await eventually(async () => {
    const row = await shop.server.db
      .selectFrom('document')
      .select('id')
      .where('account_id', '=', held.learner.userId)
      .where('kind', '=', kind)
      .executeTakeFirst()
    expect(row).toBeDefined()
  })
  return (await listOf(held.learner)).find((one) => one.kind === kind)!
}

const factsOf = async (id: string) => {
  const row = await shop.server.db
    .selectFrom('document')
    .select('data')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.data as unknown as DocumentFacts // as issue.ts parsed it before it was kept
}

const refund = (held: Held, amountPaise: number) =>
  shop.server.db
    .selectFrom('payment')
    .select('payment_id')
    .where('purchase_id', '=', held.purchaseId)
    .executeTakeFirstOrThrow()
    .then(({ payment_id }) => shop.play(`/payments/${payment_id}/refund`, { amount: amountPaise }))

test('who pays a mentor without GST gets a receipt, once, with a number without gaps', async () => {
  const all = [await bought(), await bought(), await bought()]
  const documents = await Promise.all(all.map((held) => issued(held, 'receipt')))
  const seqs = documents.map(({ number }) => Number(number.split('-')[1])).sort((a, b) => a - b)
  expect(seqs).toEqual([1, 2, 3])
  for (const { number, totalPaise } of documents) {
    expect(number).toMatch(/^R\d\d\/\d+-\d{5}$/)
    expect(number.length).toBeLessThanOrEqual(16)
    expect(totalPaise).toBe(49_900)
  }
  const payment = await shop.server.db.selectFrom('payment').select('id').limit(1).executeTakeFirstOrThrow()
  const again = documentJobs({ db: shop.server.db, now: () => new Date() })
  const attempt = { last: false, signal: AbortSignal.timeout(10_000) }
  await Promise.all([1, 2, 3].map(() => again['document.issue']!({ paymentId: payment.id }, attempt)))
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from document`.execute(shop.server.db)
  expect(rows[0]?.n).toBe(3)
})

test('a mentor with a GSTIN issues tax invoices whose parts sum to the price; a refund brings a credit note', async () => {
  await shop.server.db
    .insertInto('mentor_terms')
    .values({ mentor_id: shop.mentor.userId, legal_name: 'Rao LLP', gstin: '29ABCDE1234F1Z5' })
    .onConflict((c) => c.column('mentor_id').doUpdateSet({ legal_name: 'Rao LLP', gstin: '29ABCDE1234F1Z5' }))
    .execute()
  const held = await bought()
  const invoice = await issued(held, 'invoice')
  const { tax, supplier, customer } = await factsOf(invoice.id)
  expect(tax!.taxablePaise + tax!.cgstPaise + tax!.sgstPaise).toBe(49_900)
  expect(supplier).toMatchObject({ name: 'Rao LLP', gstin: '29ABCDE1234F1Z5' })
  expect(customer.name).toBe(held.learner.name)
  await refund(held, 10_000)
  const note = await issued(held, 'credit-note')
  expect(note.totalPaise).toBe(10_000)
  expect((await factsOf(note.id)).corrects?.number).toBe(invoice.number)
  const { items } = await shop.server.api(paymentRoutes.history, {}, held.learner)
  expect(items).toMatchObject([
    { refundedPaise: 10_000, refunds: [{ id: note.refundId, amountPaise: 10_000, status: 'done' }] },
  ])
  expect(invoice.refundId).toBeNull()
})

describe('the PDF', () => {
  const pdf = async (id: string, person: Person) =>
    Buffer.from((await shop.server.api(routes.pdf, { params: { id } }, person)) as Uint8Array)

  test('is there for the buyer and the mentor, and for nobody else', async () => {
    const held = await bought()
    const { id } = await issued(held, 'invoice')
    expect((await pdf(id, held.learner)).subarray(0, 5).toString()).toBe('%PDF-')
    expect((await pdf(id, shop.mentor)).length).toBeGreaterThan(5_000)
    const stranger = await shop.server.person()
    await expect(pdf(id, stranger)).rejects.toMatchObject({ code: 'not-found' })
    const admin = await shop.server.person({ roles: ['admin'] })
    expect((await pdf(id, admin)).length).toBeGreaterThan(5_000)
  })
})

test('no document is changed or removed afterwards', async () => {
  const { db } = shop.server
  await expect(sql`update document set seq = seq + 1`.execute(db)).rejects.toThrow('append-only')
  await expect(sql`delete from document`.execute(db)).rejects.toThrow('append-only')
})

test.each([
  ['2026-03-31T18:29:59Z', '25'],
  ['2026-03-31T18:30:00Z', '26'],
  ['2027-01-01T00:00:00Z', '26'],
])('the financial year at %s is %s, by Indian time', (at, year) => {
  expect(financialYear(new Date(at))).toBe(year)
})

test('tax within a price always sums to it, to the paisa', () => {
  for (let total = 100; total < 100_000; total += 37) {
    const { taxablePaise, cgstPaise, sgstPaise } = taxWithin(total)
    expect(taxablePaise + cgstPaise + sgstPaise).toBe(total)
    expect(sgstPaise - cgstPaise).toBeLessThanOrEqual(1)
  }
})

test('each script is written in a font that has it', () => {
  expect(runsOf('श्री Adītī ₹5', 'bold').map(({ text, font }) => `${font}: ${text}`)).toEqual([
    'devanagari-bold: श्री ',
    'latin-bold: Ad',
    'latin-ext-bold: ī',
    'latin-bold: t',
    'latin-ext-bold: ī ₹',
    'latin-bold: 5',
  ])
})

test('ten seats at the highest price are booked, paid and documented', async () => {
  const [{ db, api }, learner] = [shop.server, await shop.server.person()]
  const price_paise = 10_000_000
  const sessionId = await newSession(db, { mentorId: shop.mentor.userId, price_paise, capacity: mostSeats })
  const one = { params: { id: sessionId } }
  const quoted = await api(bookingRoutes.quote, { ...one, query: { seats: mostSeats } }, learner)
  expect(bookingRoutes.quote.response.parse(quoted).amountPaise).toBe(100_000_000)
  const guests = Array.from({ length: mostSeats - 1 }, (_, i) => `guest-${i}@peerlearn.test`)
  const { id: bookingId, purchaseId } = await api(bookingRoutes.book, { ...one, body: { guests } }, learner)
  const held = { sessionId, bookingId, purchaseId: purchaseId!, learner }
  const { purchase, state } = { purchase: bookingRoutes.purchase, state: paymentRoutes.state }
  const bought = await api(purchase, { params: { id: held.purchaseId } }, learner)
  expect(purchase.response.parse(bought).amountPaise).toBe(100_000_000)
  const order = paymentRoutes.createOrder.response.parse(await shop.order(held.purchaseId, learner))
  await shop.pay(order.orderId)
  await eventually(async () => {
    const now = state.response.parse(await api(state, { params: { id: held.purchaseId } }, learner))
    expect(now).toMatchObject({ state: 'booked', amountPaise: 100_000_000 })
  })
  const kinds: Document['kind'][] = ['receipt', 'invoice']
  const document = await Promise.any(kinds.map((kind) => issued(held, kind)))
  expect(document.totalPaise).toBe(100_000_000)
  routes.mine.response.parse({ items: await listOf(learner) })
  documentFacts.parse(await factsOf(document.id))
  const history = await api(paymentRoutes.history, {}, learner)
  expect(paymentRoutes.history.response.parse(history).items).toMatchObject([{ amountPaise: 100_000_000 }])
  const admin = await shop.server.person({ roles: ['admin'] })
  const back = { purchaseId: held.purchaseId, amountPaise: 100_000_000, reason: 'The class was cut short.' }
  const given = await api(paymentRoutes.refund, { body: back }, admin)
  expect(paymentRoutes.refund.response.parse(given).amountPaise).toBe(100_000_000)
})
