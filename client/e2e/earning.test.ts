/** A class that was paid and taught: what its mentor reads of it and gets for it, and what an admin does about the money. */
import { newSession } from '../../server/test/factories.ts'
import { giveClass } from '../../server/test/given-class.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { endDay, openAccount } from './back-office.ts'
import { nextCode } from './one-time-code.ts'
import { newMember, type Person } from './person.ts'
import { buySeat, comesTo, downloadedBy, figure, openSchool, type Member, type School } from './school.ts'

let school: School
let mentor: Member
let learner: Member
let admin: Person
let taughtId: string

const day = 24 * 3_600_000
const balances = ['At Razorpay', 'Held', 'Mentors’', 'Platform fees', 'Razorpay’s fees']
/** In paise, as they were before anything was sold here. */
let before: number[]

beforeAll(async () => {
  school = await openSchool()
  const { browser, product, db } = school
  mentor = await school.member('Ravi Menon', ['mentor'])
  learner = await school.member('Farida Sheikh')
  admin = await newMember(browser, product.url, product.demo.admin)
  before = await readBalances()
  const of = (title: string, days: number) =>
    newSession(db, {
      mentorId: mentor.userId,
      title,
      price_paise: 50_000,
      starts_at: new Date(Date.now() + days * day),
    })
  taughtId = await of('Read a payslip', 3)
  await buySeat(learner.page, taughtId)
  await buySeat(learner.page, await of('Plan a pension', 5))
  await giveClass(db, { sessionId: taughtId, mentor, learner })
})

afterAll(() => school?.close())

async function readBalances(): Promise<number[]> {
  const { page } = admin
  await page.goto('/admin/money')
  await page.getByText('At Razorpay').waitFor()
  const said = await Promise.all(balances.map((label) => figure(page, label)))
  return said.map((words) => Math.round(Number(words.replace(/[₹,]/g, '')) * 100))
}

it('tells the mentor what the class came to, and who was there, also as a file', async () => {
  const { page } = mentor
  await page.goto(`/sessions/${taughtId}`)
  await page.getByRole('button', { name: 'End class' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'End class' }).click()
  await comesTo(page, page.getByText('The class was held: you taught for 60 of 60 min'))
  const { bytes } = await downloadedBy(page, () => page.getByRole('button', { name: 'Save as CSV' }).click())
  const [, ...rows] = bytes.toString('utf8').trim().split('\r\n')
  expect(rows).toHaveLength(2)
  expect(rows).toContainEqual(expect.stringMatching(/^Read a payslip,[^,]+,Ravi Menon,mentor,60,0,/))
  expect(rows).toContainEqual(
    expect.stringMatching(/^Read a payslip,[^,]+,Farida Sheikh,learner,6\d(\.\d)?,0,/),
  )
})

const earningOf = (title: string) => mentor.page.getByRole('row').filter({ hasText: title })

it('shows the mentor what is earned and what is held, by session, and that nobody can pay them yet', async () => {
  const { page } = mentor
  await page.goto('/teach/earnings')
  await page.getByText('There is no account yet to pay you').waitFor()
  expect(await figure(page, 'Earned')).toBe('₹450')
  expect(await figure(page, 'Held')).toBe('₹500')
  expect(await figure(page, 'Paid')).toBe('₹0')
  await earningOf('Read a payslip').getByText('Waiting').waitFor()
  expect((await earningOf('Read a payslip').getByRole('cell').allInnerTexts()).slice(3)).toEqual([
    '₹500',
    '₹50',
    '₹450',
  ])
  await earningOf('Plan a pension').getByText('Held').waitFor()
})

it('shows an admin whose money it is, and what waits', async () => {
  const now = await readBalances()
  // Razorpay keeps 2.36 % of the ₹1,000 before it holds the rest for us.
  expect(now.map((paise, i) => paise - before[i]!)).toEqual([97_640, 50_000, 45_000, 5_000, 2_360])
  await admin.page.getByRole('row').filter({ hasText: 'Ravi Menon' }).getByText('₹450').waitFor()
})

it('pays the mentor as soon as an admin has named the account, and told of the fee that is agreed', async () => {
  const { page } = admin
  await page.getByRole('tab', { name: 'Mentors' }).click()
  await page.getByRole('button', { name: 'Change the terms of Ravi Menon' }).click()
  const dialog = page.getByRole('dialog', { name: 'Terms of Ravi Menon' })
  await dialog.getByText('₹450 waits for it.').waitFor()
  await dialog.getByLabel('Fee in per cent').fill('7.5')
  await dialog.getByLabel('Linked account').fill(await openAccount(school, mentor))
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('The terms of Ravi Menon are changed.').waitFor()
  await page.getByRole('row').filter({ hasText: 'Ravi Menon' }).getByText('7.5 %').waitFor()
  await earningOf('Read a payslip').getByText('Paid').waitFor()
  expect(await figure(mentor.page, 'Paid')).toBe('₹450')
})

it('gives money back by hand once the admin has proved again who they are, and the learner reads it', async () => {
  const { page } = admin
  const hourAgo = new Date(Date.now() - 3_600_000)
  await school.db
    .updateTable('login')
    .set({ second_factor_at: hourAgo })
    .where('second_factor_at', 'is not', null)
    .execute()
  await page.getByRole('tab', { name: 'Payments' }).click()
  await page
    .getByRole('row')
    .filter({ hasText: 'Plan a pension' })
    .getByRole('button', { name: 'Give Farida Sheikh money back' })
    .click()
  await page.getByLabel('Amount').fill('120')
  await page.getByLabel('Reason').fill('The sound was bad.')
  await page.getByRole('button', { name: 'Give back ₹120' }).click()
  const again = page.getByRole('dialog', { name: 'Confirm it’s you' })
  await again.getByLabel('Code').fill(await nextCode(school.product.demo.admin.totp!))
  await again.getByRole('button', { name: 'Confirm' }).click()
  await page.getByText('₹120 goes back to Farida Sheikh.').waitFor()
  await learner.page.goto('/bookings')
  await learner.page.getByRole('tab', { name: 'Payments' }).click()
  const refund = learner.page.getByRole('row').filter({ hasText: 'The sound was bad.' })
  await refund.getByText('−₹120').waitFor()
})

it('finds every paisa of the books explained, and leaves nothing that needs a look', async () => {
  const { page } = admin
  await endDay(school)
  await page.goto('/admin/money')
  await comesTo(page, page.getByRole('heading', { name: 'Nothing needs a look' }))
  await page.getByRole('tab', { name: 'Reconciliation' }).click()
  await page.getByText('Every paisa is explained').first().waitFor()
  const problems = [admin, mentor, learner].flatMap((person) => person.problems)
  expect(problems.filter((problem) => !/403/.test(problem))).toEqual([])
})
