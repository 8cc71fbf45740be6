/** A mentor plans: a series with its rules, offers, hours of the week; and what everybody sees of it. */
import { dayOf, momentOf, weekdayOf } from '@peerlearn/contract/time-zone'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clockTime, day, localValue, span } from '../src/lib/time.ts'
import { newPerson } from './person.ts'
import { openSchool, type Member, type School } from './school.ts'

let school: School
let mentor: Member

/** Where the mentor's clock hangs; the browser's may be another. */
const zone = 'Asia/Kolkata'
const now = Date.now()
const dayIn = (days: number) => dayOf(now, zone).add({ days })
const at = (days: number, hour: number) => momentOf(dayIn(days), hour * 60, zone)
const slot = (from: number, to: number) => `${clockTime(from)}–${clockTime(to)}`
/** The mentor's sessions: an hour at ten, weekly from the third day on. */
const dates = [3, 10, 17].map((days) => span(new Date(at(days, 10)).toISOString(), 60, now))
const [first, second, third] = dates as [string, string, string]

beforeAll(async () => {
  school = await openSchool()
  mentor = await school.member('Leela Menon', ['mentor'])
})

afterAll(() => school?.close())

const card = (when: string): Locator => mentor.page.getByRole('article').filter({ hasText: when })
const otherDates = () => mentor.page.getByRole('region', { name: /Part of a series/ }).getByRole('link')

it('publishes a weekly series with its rules, and says them to whoever thinks of booking', async () => {
  const { page } = mentor
  await page.goto('/teach?new')
  await page.getByLabel('Title').fill('Hear the tala in any song')
  await page.getByLabel('Description').fill('We clap, count and listen together.')
  await page.getByLabel('Start', { exact: true }).fill(localValue(at(3, 10)))
  await page.getByRole('button', { name: 'Repeats' }).click()
  await page.getByLabel('Number of dates').fill('3')
  await page.getByText('3 dates.').waitFor()
  await page.getByRole('button', { name: 'Paid', exact: true }).click()
  await page.getByLabel('Price of a seat in rupees').fill('500')
  await page.getByLabel('Booking closes').selectOption({ label: '1 day before' })
  await page.getByLabel('Learners needed').fill('2')
  await page.getByLabel('All comes back until').selectOption({ label: '3 days before' })
  await page.getByLabel('Half comes back until').selectOption({ label: '1 day before' })
  await page.getByRole('button', { name: 'Publish session' }).click()
  await page.getByText('3 sessions published.').waitFor()
  await page.getByText(`Booking closes ${day(at(2, 10), now)}`).waitFor()
  await page.getByText(/It takes place with 2 learners or more; with fewer it is cancelled/).waitFor()
  const policy = 'until 3 days before the start, half until 24 hours before the start, nothing after that.'
  await page.getByText(policy).waitFor()
  expect(await otherDates().allInnerTexts()).toEqual([second, third])
})

it('changes one date of it, and leaves the others as they were', async () => {
  const { page } = mentor
  await page.goto('/teach')
  await card(second).getByRole('link', { name: 'Edit' }).click()
  await page.getByRole('button', { name: 'Only this one', pressed: true }).waitFor()
  await page.getByLabel('Title').fill('Hear the tala, with guests')
  await page.getByLabel('Seats').fill('20')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'Hear the tala, with guests' }).waitFor()
  await page.goto('/teach')
  await card(second).getByText('0 of 20 seats taken').waitFor()
  for (const other of [first, third]) {
    await card(other).getByText('0 of 12 seats taken').waitFor()
    await card(other).getByRole('heading', { name: 'Hear the tala in any song' }).waitFor()
  }
})

it('cancels one date after asking, and keeps the rest of the series', async () => {
  const { page } = mentor
  const cancel = card(third).getByRole('button', { name: 'Cancel session' })
  await cancel.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click()
  await cancel.click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel session' }).click()
  await card(third).getByText('Cancelled').waitFor()
  await card(first).getByRole('link', { name: 'Hear the tala in any song' }).click()
  await otherDates().first().waitFor()
  expect(await otherDates().allInnerTexts()).toEqual([second])
})

it('gives a coupon out and sells a pack', async () => {
  const { page } = mentor
  await page.goto('/teach/offers')
  await page.getByRole('button', { name: 'Make a coupon' }).click()
  await page.getByLabel('Code').fill('tala20')
  await page.getByLabel('How often at most').fill('5')
  await page.getByRole('button', { name: 'Make coupon' }).click()
  await page.getByText('TALA20 can be used now.').waitFor()
  await page.getByText('20 % off · all my sessions · used 0 of 5 times').waitFor()
  await page.getByRole('tab', { name: 'Packs' }).click()
  await page.getByRole('button', { name: 'Make a pack' }).click()
  await page.getByLabel('Name').fill('Five mornings')
  await page.getByLabel('Price').fill('2000')
  await page.getByText('₹400 a session').waitFor()
  await page.getByRole('button', { name: 'Sell this pack' }).click()
  await page.getByText('5 sessions for ₹2,000 · within 90 days · sold 0 times').waitFor()
})

it('keeps hours of the week with a day that differs, and asks before a session outside of them', async () => {
  const { page } = mentor
  const weekday = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'][weekdayOf(dayIn(3)) - 1]!
  await page.goto('/teach/hours')
  await page.getByLabel('Time zone').selectOption(zone)
  await page.getByRole('button', { name: `Add a time on ${weekday}` }).click()
  await page.getByLabel(`${weekday}, from`).fill('09:00')
  await page.getByLabel(`${weekday}, to`).fill('12:00')
  await page.getByRole('button', { name: 'Add a day' }).click()
  await page.getByLabel('Day that differs').fill(dayIn(10).toString())
  await page.getByRole('button', { name: 'Add a day' }).click()
  await page.getByLabel('Day that differs').last().fill(dayIn(4).toString())
  await page.getByRole('button', { name: 'Add a time on Hours' }).last().click()
  await page.getByRole('button', { name: 'Save hours' }).click()
  const saved = page.getByRole('listitem').filter({ hasText: 'Your teaching hours are saved.' })
  await saved.waitFor()
  const [news, form] = [await saved.boundingBox(), await page.getByRole('main').boundingBox()]
  expect(news!.x + news!.width, 'beside the page').toBeLessThanOrEqual(form!.x)

  await page.goto('/teach?new')
  await page.getByLabel('Title').fill('The tala at night')
  await page.getByLabel('Description').fill('For those who can’t sleep.')
  await page.getByLabel('Start', { exact: true }).fill(localValue(at(5, 22)))
  await page.getByRole('button', { name: 'Publish session' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(`you teach ${weekday} 09:00–12:00 (the time in ${zone})`).waitFor()
  await dialog.getByRole('button', { name: 'Choose another time' }).click()
  expect(new URL(page.url()).pathname).toBe('/teach')
})

it('shows everybody the next sessions and the times that are still free, on the mentor’s page', async () => {
  const visitor = await newPerson(school.browser, school.product.url)
  const { page } = visitor
  await page.goto(`/mentors/${mentor.userId}`)
  const next = page.getByRole('region', { name: 'Next sessions' })
  await next.getByText(second).waitFor()
  expect(await next.getByRole('link').allInnerTexts()).toEqual([
    'Hear the tala in any song',
    'Hear the tala, with guests',
  ])
  const free = page.getByRole('region', { name: 'Free times' })
  await free.waitFor()
  expect(await free.getByRole('term').allInnerTexts()).toEqual([day(at(3, 9), now), day(at(4, 18), now)])
  expect(await free.getByRole('definition').allInnerTexts()).toEqual([
    `${slot(at(3, 9), at(3, 10))}, ${slot(at(3, 11), at(3, 12))}`,
    slot(at(4, 18), at(4, 20)),
  ])
  // The refusal that became the question above.
  const problems = [...mentor.problems, ...visitor.problems].filter((problem) => !/409/.test(problem))
  expect(problems).toEqual([])
})
