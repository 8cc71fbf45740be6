/** What an admin sees of the money and may do about it, and who may not. */
import { moneyRoutes as routes } from '@peerlearn/contract/money'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { payoutRoutes } from '@peerlearn/contract/payouts'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { eventually, type Person } from './harness.ts'
import { openPayoutShop, type PayoutShop, type Sold } from './payouts-shop.ts'

let shop: PayoutShop
let admin: Person
let mentor: Person
let sold: Sold

beforeAll(async () => {
  shop = await openPayoutShop()
  admin = await shop.admin()
  mentor = await shop.newMentor({ account: false })
  sold = await shop.sell(mentor)
  await shop.teach(sold)
  await shop.stand(mentor, [{ status: 'due' }])
})

const view = () => shop.server.api(routes.view, {}, admin)
const search = async (words: string) =>
  (await shop.server.api(routes.payments, { query: { search: words } }, admin)).items
const balance = async (kind: string) => (await view()).balances.find((one) => one.kind === kind)?.paise
const setTerms = (body: { feeBasisPoints: number | null; linkedAccountId: string | null }, who: Person) =>
  shop.server.api(routes.setTerms, { params: { id: mentor.userId }, body }, who)
const audited = async (action: string, subject: string) =>
  shop.server.db
    .selectFrom('audit_event')
    .select(['actor_id', 'data'])
    .where('action', '=', action)
    .where('subject', '=', subject)
    .execute()

describe('the view', () => {
  test('shows whose the money is, and the parts come to nothing together', async () => {
    const { balances } = await view()
    expect(balances.map(({ paise }) => paise).reduce((a, b) => a + b)).toBe(0)
    expect(await balance('payable')).toBe(-44_910)
    expect(await balance('fees')).toBe(-4_990)
    expect(await balance('held')).toBe(0)
  })

  test('shows payouts that wait with their reason, oldest first', async () => {
    expect((await view()).payouts).toMatchObject([
      {
        mentorId: mentor.userId,
        amountPaise: 44_910,
        status: 'due',
        failure: expect.stringContaining('no account') as string,
      },
    ])
  })

  test('shows disputes with the time to answer, until they are over', async () => {
    const other = await shop.sell(mentor)
    const dispute = await shop.play(`/payments/${other.payment}/disputes`)
    await eventually(async () => expect((await view()).disputes).toHaveLength(1))
    const [open] = (await view()).disputes
    expect(open).toMatchObject({ amountPaise: 49_900, status: 'open', payerName: other.learner.name })
    expect(Date.parse(open!.respondBy!)).toBeGreaterThan(Date.now())
    expect(await balance('disputed')).toBe(-49_900)
    await shop.play(`/disputes/${String(dispute['id'])}`, { status: 'won' })
    await eventually(async () => expect((await view()).disputes).toEqual([]))
  })

  test('shows refunds that failed with the reason, and begins them anew', async () => {
    const other = await shop.sell(mentor)
    await shop.misbehave({ refunds: 'pending' })
    const body = { purchaseId: other.purchaseId, amountPaise: 100, reason: 'A small part.' }
    const { id } = await shop.server.api(paymentRoutes.refund, { body }, admin)
    const gatewayId = await eventually(async () => {
      const one = (await view()).refunds.find((refund) => refund.id === id)
      expect(one?.gatewayId).toBeTruthy()
      return one!.gatewayId!
    })
    await shop.play(`/refunds/${gatewayId}`, { status: 'failed' })
    await eventually(async () =>
      expect((await view()).refunds).toMatchObject([
        { id, status: 'failed', failure: expect.any(String) as string },
      ]),
    )
    await shop.misbehave({})
    await shop.server.api(paymentRoutes.retryRefund, { params: { id }, body: {} }, admin)
    await eventually(async () => expect((await view()).refunds).toEqual([]))
  })

  test('shows the last reconciliations with what they could not explain', async () => {
    const report = { differences: [{ what: 'a paisa is gone', subject: 'payment:x', paise: 1 }], leftOut: 0 }
    await shop.server.db
      .insertInto('reconciliation')
      .values({ id: newId(), day: '2026-11-20', unexplained_paise: 1, report: JSON.stringify(report) })
      .execute()
    const [newest] = (await view()).reconciliations
    expect(newest).toMatchObject({ unexplainedPaise: 1, differences: report.differences })
  })
})

describe('payments', () => {
  test('are found by payer, title and ids, with what is left', async () => {
    const { purchaseId, payment, learner } = sold
    for (const words of [learner.email, learner.name.toUpperCase(), purchaseId, payment])
      expect(await search(words)).toContainEqual(
        expect.objectContaining({ gatewayId: payment, leftPaise: 49_900, disputed: false }),
      )
    expect(await search('100%_of nothing')).toEqual([])
  })
})

describe('terms', () => {
  test('set the fee and the account, send what waited, and are in the audit log', async () => {
    expect((await shop.server.api(routes.mentors, { query: {} }, admin)).items[0]).toMatchObject({
      mentorId: mentor.userId,
      waitingPaise: 44_910,
      linkedAccountId: null,
    })
    const account = await shop.linkAccount(mentor, 500)
    await shop.stand(mentor, [{ status: 'settled', fee_paise: 4_990 }])
    const entries = await audited('terms.agreed', `account:${mentor.userId}`)
    expect(entries).toMatchObject([{ data: { feeBasisPoints: 500, linkedAccountId: account } }])
    const next = await shop.sell(mentor)
    await shop.teach(next)
    await shop.stand(mentor, [{}, { status: 'settled', fee_paise: 2_495, amount_paise: 47_405 }])
  })

  test('are changed by an admin who has proved a second factor just now, and by nobody else', async () => {
    const late = await shop.admin()
    await shop.server.db
      .updateTable('login')
      .set({ second_factor_at: sql`now() - interval '16 minutes'` })
      .where('id', '=', late.loginId)
      .execute()
    const body = { feeBasisPoints: 0, linkedAccountId: null }
    await expect(setTerms(body, late)).rejects.toMatchObject({ code: 'second-factor-needed' })
    await expect(setTerms(body, mentor)).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('on documents are the mentor’s own', async () => {
    const terms = { legalName: 'Rao LLP', address: '12 MG Road\nPune', gstin: '29ABCDE1234F1Z5' }
    await shop.server.api(payoutRoutes.setTerms, { body: terms }, mentor)
    expect(await shop.server.api(payoutRoutes.terms, {}, mentor)).toEqual(terms)
    expect(await audited('terms.changed', `account:${mentor.userId}`)).toHaveLength(1)
    await expect(
      shop.server.api(payoutRoutes.setTerms, { body: { ...terms, gstin: '123' } }, mentor),
    ).rejects.toMatchObject({ code: 'bad-input' })
    await expect(shop.server.api(payoutRoutes.mine, {}, sold.learner)).rejects.toMatchObject({
      code: 'forbidden',
    })
  })
})
