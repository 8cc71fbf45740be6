/** What people take away of theirs, and how they leave for good. */
import { newSession } from '../../server/test/factories.ts'
import { filesOf } from '../../server/test/zip-files.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bookSeat } from './in-room.ts'
import { newPerson, signIn } from './person.ts'
import { downloadedBy, openSchool, type Member, type School } from './school.ts'

let school: School
let learner: Member
let sessionId: string

beforeAll(async () => {
  school = await openSchool()
  const mentor = await school.member('Ravi Menon', ['mentor'])
  learner = await school.member('Farida Sheikh')
  sessionId = await newSession(school.db, { mentorId: mentor.userId, title: 'Fold a paper crane' })
  await mentor.leave()
})

afterAll(() => school?.close())

it('hands everything over that is known of a person, as a file', async () => {
  const { page, account, userId } = learner
  await bookSeat(page, sessionId)
  await page.goto('/settings/privacy')
  const { name, bytes } = await downloadedBy(page, () =>
    page.getByRole('button', { name: 'Download my data' }).click(),
  )
  expect(name).toBe('peerlearn-my-data.zip')
  const files = filesOf(bytes)
  expect(files['README.txt']).toContain('What PeerLearn knows of you')
  expect(JSON.parse(files['account.json']!)).toMatchObject([
    { id: userId, name: 'Farida Sheikh', email: account.email },
  ])
  expect(JSON.parse(files['booking.json']!)).toMatchObject([{ session_id: sessionId, status: 'confirmed' }])
  expect(JSON.parse(files['login.json']!)).toHaveLength(1)
  expect(files['account.json']).not.toContain('argon2')
})

it('keeps an account that still has a seat, and says what to do first', async () => {
  const { page } = learner
  await askToErase('erase')
  await page.getByText('You have seats in classes to come. Give them back first').waitFor()
  await page.getByRole('button', { name: 'Keep my account' }).click()
  await page.goto(`/sessions/${sessionId}`)
  await page.getByRole('button', { name: 'Give seat back' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Give seat back' }).click()
  await page.getByRole('button', { name: 'Book free seat' }).waitFor()
})

it('erases an account once the word is typed, on all of its devices, and lets nobody in with it again', async () => {
  const { page, account } = learner
  const phone = await newPerson(school.browser, school.product.url, { width: 390, height: 844 })
  await signIn(phone, account)
  await phone.page.goto('/bookings')
  await phone.page.getByRole('heading', { name: 'My bookings' }).waitFor()
  await askToErase('no')
  await page.getByText('Type the word ERASE.').waitFor()
  await page.getByLabel('Type ERASE').fill('ERASE')
  await page.getByRole('button', { name: 'Erase for good' }).click()
  await page.getByText('Your account was erased.').waitFor()
  await page.waitForURL((url) => url.pathname === '/')

  await phone.page.waitForURL(/\/login/)
  await phone.page.getByLabel('Email').fill(account.email)
  await phone.page.getByLabel('Password', { exact: true }).fill(account.password)
  await phone.page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await phone.page.getByText('The email or the password is wrong.').waitFor()
  // The browser's own words of refusals: the seat that was still there, and the sign-in that can't be.
  const problems = [...learner.problems, ...phone.problems].filter((problem) => !/401|409/.test(problem))
  expect(problems).toEqual([])
})

async function askToErase(word: string): Promise<void> {
  const { page, account } = learner
  await page.goto('/settings/privacy')
  await page.getByRole('button', { name: 'Erase my account' }).click()
  await page.getByLabel('Your password').fill(account.password)
  await page.getByLabel('Type ERASE').fill(word)
  await page.getByRole('button', { name: 'Erase for good' }).click()
}
