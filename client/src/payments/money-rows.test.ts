import type { Document } from '@peerlearn/contract/documents'
import type { Payment } from '@peerlearn/contract/payments'
import { expect, test } from 'vitest'
import { moneyRows } from './money-rows.ts'

const paid = (given: Partial<Payment> = {}): Payment => ({
  id: 'pay',
  purchaseId: 'p',
  sessionId: 's',
  title: 'Hear the tala',
  quantity: 1,
  amountPaise: 49_900,
  refundedPaise: 0,
  status: 'captured',
  surplus: false,
  orderId: 'o',
  paymentId: 'x',
  createdAt: '2026-11-20T10:00:00.000Z',
  refunds: [],
  ...given,
})

const back = (given: Partial<Payment['refunds'][number]> = {}): Payment['refunds'][number] => ({
  id: 'r',
  amountPaise: 24_950,
  status: 'done',
  reason: 'The seat was given back.',
  createdAt: '2026-11-21T10:00:00.000Z',
  ...given,
})

const paper = (kind: Document['kind'], refundId: string | null): Document => ({
  id: kind,
  kind,
  number: '1',
  purchaseId: 'p',
  refundId,
  totalPaise: 1,
  issuedAt: '2026-11-20T10:00:00.000Z',
})

test('money that came back is a row of its own, with its date, its state and its credit note', () => {
  const papers = [paper('credit-note', 'r'), paper('receipt', null)]
  const rows = moneyRows([paid({ refunds: [back()] })], papers)
  expect(rows.map(({ key, amountPaise, state }) => [key, amountPaise, state.words])).toEqual([
    ['r', -24_950, 'Given back'],
    ['pay', 49_900, 'Paid'],
  ])
  expect(rows.map((row) => row.papers.map(({ kind }) => kind))).toEqual([['credit-note'], ['receipt']])
})

test('a refund that the bank refused is still owed, and says so', () => {
  const [row] = moneyRows([paid({ refunds: [back({ status: 'failed' })] })], [])
  expect(row?.state).toMatchObject({ words: 'Delayed' })
  expect(row?.state.more).toContain('owed to you')
})

test('what was all given back was still paid, and what lapsed was never taken', () => {
  const all = moneyRows([paid({ status: 'refunded', refunds: [back({ amountPaise: 49_900 })] })], [])
  expect(all.at(-1)?.state.words).toBe('Paid')
  expect(moneyRows([paid({ status: 'refunded' })], [])[0]?.state.words).toBe('Not taken')
})

test('a second payment for the same purchase has none of its papers', () => {
  const twice = paid({ id: 'again', surplus: true, createdAt: '2026-11-20T10:05:00.000Z' })
  const rows = moneyRows([twice, paid()], [paper('receipt', null)])
  expect(rows.map(({ papers }) => papers.length)).toEqual([0, 1])
})
