/** The trial desk: where a trial's mails can be read, and nobody else's. */
import { expect, onTestFinished, test } from 'vitest'
import { presentCode } from '../src/auth/totp.ts'
import { seedDemo } from '../src/demo.ts'
import { createMail } from '../src/mail/mail.ts'
import { createUnsubscribeLinks } from '../src/mail/unsubscribe-links.ts'
import { eventually, startServer } from './harness.ts'

/** What production asks of settings. */
const strong = {
  PUBLIC_URL: 'https://learn.example.org',
  AUTH_SECRET: 'f3a1c09d7be24486a95d1e0c72fb8834',
  SFU_SECRET: 'b08e6d1f4c7a4e529f31d6a8e07c25b9',
  TURN_SECRET: 'd94c7e02a1f84b6c8e53b7f60a2d19ce',
  RAZORPAY_KEY_ID: 'rzp_live_Kx92mQ4vTz',
  RAZORPAY_KEY_SECRET: 'Qm7vX2kRt9LpWz4cYb8N',
  RAZORPAY_WEBHOOK_SECRET: 'Jd5sHn3gVf6KqZx1Ma0T',
}

test('the trial desk shows the mails of a trial, their links work, and their HTML can run nothing', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const { person, url, app, db, config } = server
  const { email } = await person()
  const unsubscribeLinks = createUnsubscribeLinks(config, url)
  await createMail({ jobs: app.jobs, publicUrl: url, unsubscribeLinks }).send(db, {
    accountId: null,
    email,
    kind: 'booking',
    subject: 'Hello <Asha>',
    paragraphs: ['A seat is yours.'],
    action: { label: 'Open it', path: '/bookings' },
  })
  await eventually(async () => {
    const mail = db.selectFrom('mail').select('status').where('recipient', '=', email)
    expect(await mail.executeTakeFirst()).toEqual({ status: 'sent' })
  })
  const list = await fetch(`${url}/trial`)
  const page = await list.text()
  expect(page).toContain('Hello &#60;Asha&#62;')
  expect(list.headers.get('content-security-policy')).toContain("default-src 'none'")
  const link = /\/trial\/mails\/[\w-]+/.exec(page)![0]
  expect(await (await fetch(`${url}${link}`)).text()).toContain(`${url}/bookings`)
  const preview = await fetch(`${url}${link}/html`)
  expect(preview.headers.get('content-security-policy')).toMatch(
    /default-src 'none'.*sandbox(?!.*allow-scripts)/,
  )
  expect(await preview.text()).toContain('<base target="_top">')
  expect((await fetch(`${url}/trial/mails/nothing`)).status).toBe(404)
})

test('the trial desk shows the demo admin’s present code', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  const { admin } = await seedDemo(server.db, new Date(), server.config.AUTH_SECRET)
  const page = await (await fetch(`${server.url}/trial?to=nobody@example.org`)).text()
  const shown = /One-time code of admin@peerlearn\.example:\s*<strong>(\d{3}) (\d{3})/.exec(page)
  const now = Date.now()
  const around = [now - 30_000, now].map((at) => presentCode(admin.totp, new Date(at)))
  expect(around).toContain(`${shown?.[1]}${shown?.[2]}`)
})

test('in production there is no trial desk', async () => {
  const server = await startServer({
    env: {
      NODE_ENV: 'production',
      SMTP_URL: 'smtp://127.0.0.1:9',
      MAIL_FROM: 'PeerLearn <classes@learn.example.org>',
      ...strong,
    },
  })
  for (const path of ['/trial', '/trial/mails/0199a0b2-8f3c-7c11-9d52-3c5b7a8e9f10/html'])
    expect((await fetch(`${server.url}${path}`)).status).toBe(404)
})

test('an address that the world may reach has no trial desk, whatever else the settings say', async () => {
  const server = await startServer({ env: { PUBLIC_URL: 'https://learn.example.org' } })
  expect((await fetch(`${server.url}/trial`)).status).toBe(404)
})
