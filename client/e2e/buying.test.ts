/** Seats that are bought: several with a coupon, with a pack, moved, given back, and waited for. */
import { newId } from '../../server/src/db.ts'
import { newSession } from '../../server/test/factories.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { confirmAddress, mailedPath } from './newcomer.ts'
import {
  buySeat,
  comesTo,
  downloadedBy,
  figure,
  openSchool,
  payHere,
  type Member,
  type School,
} from './school.ts'

let school: School
let mentor: Member
let buyer: Member
let guest: Member

const day = 24 * 3_600_000

/** One of the mentor's sessions. @returns its id */
const newClass = (
  title: string,
  { days, price, seats = 10 }: { days: number; price: number; seats?: number },
) =>
  newSession(school.db, {
    mentorId: mentor.userId,
    title,
    capacity: seats,
    price_paise: price * 100,
    starts_at: new Date(Date.now() + days * day),
  })

/** As if this person had just registered with the address. */
const unprove = (email: string) =>
  school.db.updateTable('account').set({ email_verified_at: null }).where('email', '=', email).execute()

beforeAll(async () => {
  school = await openSchool()
  mentor = await school.member('Leela Menon', ['mentor'])
  buyer = await school.member('Farida Sheikh')
  guest = await school.member('Omkar Shinde')
  const own = { id: newId(), mentor_id: mentor.userId }
  await school.db
    .insertInto('coupon')
    .values({ ...own, code: 'DAL20', percent: 20 })
    .execute()
  const pack = { title: 'Three evenings', credits: 3, price_paise: 120_000, valid_days: 90 }
  await school.db
    .insertInto('pack_offer')
    .values({ ...own, ...pack })
    .execute()
})

afterAll(() => school?.close())

it('sells two seats with a coupon by one press, and the guest takes theirs by the link in the mail', async () => {
  const { page } = buyer
  await page.goto(`/sessions/${await newClass('Cook a dal', { days: 4, price: 500 })}`)
  await page.getByRole('button', { name: 'One seat more' }).click()
  await page.getByLabel('Email of your guest').fill(guest.account.email)
  await page.getByRole('button', { name: 'I have a coupon' }).click()
  await page.getByLabel('Coupon').fill('dal20')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByText('Discount (DAL20)').waitFor()
  await page.getByRole('button', { name: 'Book 2 seats and pay ₹800' }).click()
  await payHere(page)
  await page.getByRole('link', { name: 'Get ready' }).waitFor()
  const seats = page.getByRole('region', { name: 'Seats of your guests' })
  await seats.getByText('Invited', { exact: true }).waitFor()

  const subject = 'Farida Sheikh has a seat for you: Cook a dal'
  const { email } = guest.account
  await unprove(email)
  await guest.page.goto(await mailedPath(school.db, email, subject))
  // Asked once, where it can be done.
  const asking = guest.page.getByText('Confirm your address')
  await asking.waitFor()
  await guest.page.getByRole('button', { name: 'Send again' }).click()
  await guest.page.getByText(`Mailed again to ${email}. In this browser it leads back here.`).waitFor()
  expect(await asking.count()).toBe(1)
  await confirmAddress(school.db, guest)
  await guest.page.getByRole('link', { name: 'Go on to your invitation' }).click()
  await guest.page.getByRole('button', { name: 'Take the seat' }).click()
  await guest.page.getByText('The seat is yours.').waitFor()
  await guest.page.getByRole('link', { name: 'Get ready' }).waitFor()
  // Said by the page, so no toast says it again.
  expect(await guest.page.getByRole('region', { name: 'News' }).getByRole('listitem').count()).toBe(0)
  await comesTo(page, seats.getByText('Taken', { exact: true }))
  await seats.getByText('Omkar Shinde').waitFor()
})

it('moves a seat to another session of the mentor, and gives back what that costs less', async () => {
  const { page } = buyer
  await newClass('Bake a naan', { days: 6, price: 300 })
  await page.goto('/bookings')
  await page.getByRole('link', { name: 'Cook a dal' }).first().click()
  await page.getByRole('button', { name: 'Move to another session' }).click()
  const dialog = page.getByRole('dialog', { name: 'Move to another session' })
  await dialog.getByRole('radio', { name: /Bake a naan.*₹100 comes back/ }).check()
  await dialog.getByRole('button', { name: 'Move seat' }).click()
  await page.getByText('Your seat has moved.').waitFor()
  await page.getByRole('heading', { name: 'Bake a naan' }).waitFor()
  await page.getByRole('link', { name: 'Get ready' }).waitFor()
})

it('says in the bookings whom a class waits for whose time has come', async () => {
  const late = await school.member('Hema Rao')
  const id = await newClass('Knead a roti', { days: 2, price: 500 })
  await buySeat(late.page, id)
  const starts_at = new Date(Date.now() - 2 * 60_000)
  await school.db.updateTable('session').set({ starts_at }).where('id', '=', id).execute()
  await late.page.goto('/bookings')
  const row = late.page.getByRole('article').filter({ hasText: 'Knead a roti' })
  await row.getByText('Now: your mentor has not opened it yet.').waitFor()
  expect(await row.innerText()).not.toContain('ago')
  await row.getByRole('link', { name: 'Knead a roti' }).click()
  await late.page.getByText('Now: your mentor has not opened it yet.').waitFor()
})

it('says what comes back before a seat is given up, and shows it in the payments beside the receipt', async () => {
  const { page } = buyer
  await page.getByRole('button', { name: 'Give seat back' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('All of it goes back to where you paid from').waitFor()
  expect(await figure(page, 'Comes back')).toBe('₹300')
  await dialog.getByRole('button', { name: 'Give seat back' }).click()
  await page.getByText(/₹300 is on its way back to you/).waitFor()
  await page.goto('/bookings')
  await page.getByRole('tab', { name: 'Payments' }).click()
  const rows = page.getByRole('row').filter({ hasText: 'Cook a dal' })
  await rows.filter({ hasText: '₹800' }).getByText('Paid').waitFor()
  await rows.filter({ hasText: '−₹100' }).waitFor()
  await rows.filter({ hasText: '−₹300' }).waitFor()
  const receipt = page.getByRole('button', { name: /^Receipt .* as PDF$/ })
  await receipt.waitFor()
  const { name, bytes } = await downloadedBy(page, () => receipt.click())
  expect(name).toMatch(/^receipt-.*\.pdf$/)
  expect(bytes.subarray(0, 4).toString()).toBe('%PDF')
})

it('sells a pack, and takes one of its credits for a seat', async () => {
  const { page } = buyer
  await page.goto(`/sessions/${await newClass('Steep a chai', { days: 8, price: 500 })}`)
  await page.getByRole('button', { name: /^Buy.*₹1,200/ }).click()
  await page.frameLocator('iframe').getByRole('button', { name: /^Pay/ }).click()
  await page.getByText('Your pack is ready: choose it when you book.').waitFor()
  await page.getByRole('button', { name: 'Three evenings · 3 left', pressed: true }).waitFor()
  await page.getByRole('button', { name: 'Book seat' }).click()
  await page.getByText('Your seat is booked.', { exact: true }).waitFor()
  await page.goto('/bookings')
  await page.getByRole('tab', { name: 'Packs' }).click()
  await page.getByText('2 of 3 left').waitFor()
})

it('offers the seat of a full session to who waits, once it is given back, and sells it to them', async () => {
  const { page } = guest
  const other = await school.member('Nila Bose')
  const fullId = await newClass('Fry a dosa', { days: 10, price: 500, seats: 1 })
  await buySeat(other.page, fullId)
  await page.goto(`/sessions/${fullId}`)
  await page.getByRole('button', { name: 'Join the waitlist' }).click()
  await page.getByText('You are number 1 on the waitlist').waitFor()
  await page.goto('/bookings')
  const line = page.getByRole('region', { name: 'Waiting for a seat' })
  await line.getByText('You are next').waitFor()
  await line.getByRole('button', { name: 'Leave the waitlist of Fry a dosa' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Leave the waitlist' }).click()
  await line.waitFor({ state: 'detached' })
  await page.goto(`/sessions/${fullId}`)
  await page.getByRole('button', { name: 'Join the waitlist' }).click()
  await page.getByText('You are number 1 on the waitlist').waitFor()
  await other.page.getByRole('button', { name: 'Give seat back' }).click()
  await other.page.getByRole('dialog').getByRole('button', { name: 'Give seat back' }).click()
  // Told over the socket: the page knows without being loaded again.
  await page.getByText(/It is your turn: a seat is kept for you for/).waitFor()
  await page.getByRole('button', { name: 'Take the seat and pay ₹500' }).click()
  await payHere(page)
  await page.getByRole('link', { name: 'Get ready' }).waitFor()
  await other.page.getByText('All seats are taken.').waitFor()
  expect([buyer, guest, other].flatMap((person) => person.problems)).toEqual([])
})
