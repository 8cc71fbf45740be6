import AxeBuilder from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { newMember, newPerson, type Person } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'

let product: Product
let browser: Browser
let learner: Person

beforeAll(async () => {
  // Nobody answers there: what is mailed stays in trouble.
  const env = { SMTP_URL: 'smtp://127.0.0.1:9' }
  ;({ product, browser } = await openProduct(env))
  learner = await newMember(browser, product.url, product.demo.learners[0])
})

const violations = async ({ page }: Person) =>
  (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)

it('keeps what somebody chose to hear of, with the keyboard alone, and leaves their account’s safety as it is', async () => {
  const { page } = learner
  await page.goto('/settings/notifications')
  const mail = page.getByLabel('Seats: Mail')
  await mail.focus()
  const saved = page.waitForResponse((answer) => answer.request().method() === 'PUT')
  await page.keyboard.press('Space')
  expect((await saved).status()).toBe(200)
  await page.reload()
  await mail.waitFor()
  expect(await mail.isChecked()).toBe(false)
  expect(await page.getByLabel('Seats: App').isChecked()).toBe(true)
  expect(await page.getByLabel('Your account: Mail').isDisabled()).toBe(true)
  expect(await violations(learner)).toEqual([])
})

it('shows a push as a notice of the device, and one that comes twice once', async () => {
  const { page } = learner
  await page.context().grantPermissions(['notifications'], { origin: product.url })
  await page.goto('/settings/notifications')
  await page.getByRole('button', { name: 'Turn on push here' }).waitFor()
  const devtools = await page.context().newCDPSession(page)
  const registrationId = new Promise<string>((found) =>
    devtools.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
      const active = versions.find(({ status }) => status === 'activated')
      if (active) found(active.registrationId)
    }),
  )
  await devtools.send('ServiceWorker.enable')
  await page.evaluate(async () => {
    await navigator.serviceWorker.register('/push-worker.js')
    await navigator.serviceWorker.ready
  })
  const message = { title: 'A seat is yours', body: 'For 30 minutes.', link: '/bookings', tag: 'one' }
  const data = JSON.stringify(message)
  const push = { origin: product.url, registrationId: await registrationId, data }
  for (let i = 0; i < 2; i++) await devtools.send('ServiceWorker.deliverPushMessage', push)
  const shown = () =>
    page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready
      return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }))
    })
  const { title, body, tag } = message
  await expect.poll(shown, { timeout: 20_000 }).toEqual([{ title, body, tag }])
})

it('leads from the footer of a trial to its mails, and from a mail’s button to where it belongs', async () => {
  const stranger = await newPerson(browser, product.url)
  const { page } = stranger
  await page.goto('/forgot-password')
  await page.getByLabel('Email').fill(product.demo.learners[1].email)
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: 'Trial: mails go here' }).click()
  const letter = page.getByRole('link', { name: 'Set a new password' })
  await expect.poll(async () => (await page.reload(), letter.count()), { timeout: 20_000 }).toBeGreaterThan(0)
  await letter.first().click()
  await page.frameLocator('iframe').getByRole('link', { name: 'Set a new password' }).click()
  await page.waitForURL(/\/reset-password/)
  expect(stranger.problems).toEqual([])
  await stranger.leave()
})

it('shows an admin which mails are in trouble and why, and tries one again', async () => {
  const admin = await newMember(browser, product.url, product.demo.admin)
  const { page } = admin
  await page.goto('/admin/jobs')
  await page.getByText('connect ECONNREFUSED 127.0.0.1:9').first().waitFor()
  expect(await violations(admin)).toEqual([])
  await page.getByRole('button', { name: 'Try now' }).first().click()
  await page.getByText('It is tried again now.').waitFor()
  await page
    .getByText(/Tried 2 times/)
    .first()
    .waitFor()
  expect(admin.problems).toEqual([])
})
