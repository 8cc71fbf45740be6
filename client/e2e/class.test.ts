import { beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { chatLines, chooseMode, handsRaised, joinRoom, openPanel, peopleNames, say } from './in-room.ts'
import {
  framesShown,
  hears,
  newMember,
  newPerson,
  seesPictures,
  stats,
  until,
  type Person,
} from './person.ts'
import { openProduct } from './open-product.ts'
import type { Product } from './product.ts'
import { inNinetyMinutes } from './soon.ts'
import { proveAddress } from '../../loadtest/trial-desk.ts'

let product: Product
let browser: Browser
let mentor: Person
let learners: Person[]
let sessionId: string

const everyone = () => [mentor, ...learners]

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
  mentor = await newPerson(browser, product.url)
  learners = []
  for (const account of product.demo.learners) learners.push(await newMember(browser, product.url, account))
})

it('lets a mentor register, be approved and publish a session', async () => {
  const { page } = mentor
  await page.goto('/register')
  await page.getByRole('radio', { name: /I want to teach/ }).check()
  await page.getByLabel('Name').fill('Leela Menon')
  await page.getByLabel('Email').fill('leela@school.example')
  await page.getByLabel('Password', { exact: true }).fill('a long enough phrase')
  await page
    .getByLabel('What will you teach')
    .fill('The tala: how to hear and clap it, for beginners of any age.')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByText('It is read once your address is confirmed').waitFor()
  await proveAddress(product.url, { email: 'leela@school.example' })
  await approve('Leela Menon')
  // Told over the socket: the page knows without being loaded again.
  await page.getByRole('link', { name: 'Publish a session' }).waitFor()

  await page.goto('/teach?new')
  await page.getByLabel('Title').fill('Hear the tala in any song')
  await page.getByLabel('Description').fill('We clap, count and listen together.')
  await page.getByLabel('Start', { exact: true }).fill(await inNinetyMinutes(page))
  await page.getByLabel('Seats').fill('8')
  await page.getByRole('button', { name: 'Free', exact: true }).click()
  await page.getByRole('button', { name: 'Publish session' }).click()
  await page.waitForURL(/\/sessions\/[0-9a-f-]{36}$/)
  sessionId = page.url().split('/').at(-1)!
  await page.getByRole('heading', { name: 'Hear the tala in any song' }).waitFor()
})

/** An admin reads the application and approves it. */
async function approve(name: string): Promise<void> {
  const admin = await newMember(browser, product.url, product.demo.admin)
  await admin.page.goto('/admin/applications')
  await admin.page
    .getByRole('listitem')
    .filter({ hasText: name })
    .getByRole('button', { name: 'Approve' })
    .click()
  await admin.page.getByText(`${name} is a mentor now.`).waitFor()
  expect(admin.problems).toEqual([])
  await admin.leave()
}

it('confirms a free seat at once', async () => {
  for (const { page } of learners.slice(0, 2)) {
    await page.goto('/sessions?q=tala')
    await page.getByRole('link', { name: /Hear the tala/ }).click()
    await page.getByRole('button', { name: 'Book free seat' }).click()
    await page.getByRole('link', { name: 'Get ready' }).waitFor()
  }
})

it('sells a seat through the sandbox, and keeps it when the payment fails first', async () => {
  await mentor.page.goto(`/teach?edit=${sessionId}`)
  await mentor.page.getByRole('button', { name: 'Paid', exact: true }).click()
  await mentor.page.getByLabel('Price of a seat in rupees').fill('499')
  await mentor.page.getByRole('button', { name: 'Save changes' }).click()
  await mentor.page.waitForURL(/\/sessions\//)

  const { page } = learners[2]!
  await page.goto(`/sessions/${sessionId}`)
  await page.getByText(/^Nothing comes back when you cancel/).waitFor()
  // One press books and opens the checkout.
  await page.getByRole('button', { name: 'Book and pay ₹499' }).click()
  const checkout = page.frameLocator('iframe')
  await checkout.getByRole('button', { name: /^Fail/ }).click()
  await checkout.getByText('The payment failed.').waitFor()
  await checkout.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText(/It is held until/).waitFor()
  await page.getByRole('button', { name: 'Pay now · ₹499' }).click()
  await checkout.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText(/the payment may still arrive/).waitFor()
  await page.getByRole('button', { name: 'Pay now · ₹499' }).click()
  await checkout.getByRole('button', { name: /^Pay/ }).click()
  await page.getByRole('link', { name: 'Get ready' }).waitFor()
})

it('brings everybody into the room, each seeing and hearing all the others', async () => {
  for (const person of everyone()) await joinRoom(person, sessionId)
  for (const { page } of everyone()) {
    await seesPictures(page, 3, 40)
    await hears(page, 3)
  }
  expect(await peopleNames(mentor.page)).toHaveLength(4)
})

it('sends three layers of a camera and takes the one that fits the tile', async () => {
  const layers = await until('three layers', async () => {
    const sent = await stats<RTCOutboundRtpStreamStats & { rid?: string }>(mentor.page, 'outbound-rtp')
    const rids = new Set(sent.filter((s) => s.kind === 'video').map((s) => s.rid))
    return rids.size === 3 && rids
  })
  expect(layers.size).toBe(3)
})

it('sends a voice so that a lost packet can be repaired, and hardly anything of silence', async () => {
  const codecs = await stats<RTCStats & { sdpFmtpLine?: string }>(mentor.page, 'codec')
  const sent = await stats<RTCOutboundRtpStreamStats>(mentor.page, 'outbound-rtp')
  const opus = codecs.find(({ id }) => id === sent.find(({ kind }) => kind === 'audio')?.codecId)
  expect(opus?.sdpFmtpLine).toMatch(/useinbandfec=1/)
  expect(opus?.sdpFmtpLine).toMatch(/usedtx=1/)
  const [speaking, silent] = await mentor.page.evaluate(packetsOfSpeechAndSilence)
  expect(speaking).toBeGreaterThan(80)
  expect(silent).toBeLessThan(speaking! / 3)
})

it('tells a muted microphone to all, and lets its owner open it again', async () => {
  const { page } = learners[0]!
  await openPanel(mentor.page, 'People')
  const name = (await peopleNames(mentor.page))[1]!
  await mentor.page.getByRole('button', { name: `Mute ${name}` }).click()
  await page.getByRole('button', { name: 'Unmute microphone' }).waitFor()
  await until('the mentor sees it', async () =>
    mentor.page.getByRole('button', { name: `Mute ${name}` }).isHidden(),
  )
  await page.getByRole('button', { name: 'Unmute microphone' }).click()
  await mentor.page.getByRole('button', { name: `Mute ${name}` }).waitFor()
})

it('turns a camera off for all and on again', async () => {
  const { page } = learners[1]!
  const moving = async () => Object.keys(await framesShown(mentor.page)).length
  await page.getByRole('button', { name: 'Turn camera off' }).click()
  await until('a face in place of the picture', async () => {
    const before = await framesShown(mentor.page)
    await mentor.page.waitForTimeout(400)
    const now = await framesShown(mentor.page)
    return Object.keys(now).filter((tile) => now[tile]! > (before[tile] ?? 0)).length === 2
  })
  await page.getByRole('button', { name: 'Turn camera on' }).click()
  await seesPictures(mentor.page, 3)
  expect(await moving()).toBe(3)
})

it('goes on sending the camera of who receives voices alone', async () => {
  const { page } = learners[1]!
  await chooseMode(page, 'Voice')
  await until('no picture', () => page.locator('[data-source="camera"] video').first().isHidden())
  await seesPictures(mentor.page, 3)
  await chooseMode(page, 'Full')
  await seesPictures(page, 3)
})

it('keeps raised hands in order, and lets the mentor lower one', async () => {
  for (const n of [2, 0]) {
    await learners[n]!.page.getByRole('button', { name: 'Raise hand' }).click()
    await learners[n]!.page.getByRole('button', { name: 'Lower hand', exact: true }).waitFor()
  }
  const [, first, , third] = await peopleNames(mentor.page)
  await until('both hands', async () => (await handsRaised(mentor.page)).length === 2)
  expect(await handsRaised(mentor.page)).toEqual([third, first])
  await mentor.page.getByRole('button', { name: `Lower ${third}'s hand` }).click()
  await learners[2]!.page.getByRole('button', { name: 'Raise hand' }).waitFor()
  expect(await handsRaised(mentor.page)).toEqual([first])
})

it('shows a shared screen large and sharp to everybody', async () => {
  await mentor.page.getByRole('button', { name: 'Share screen' }).click()
  for (const { page } of learners) {
    const screen = page.locator('[data-source="screen"] video')
    await until('the screen', async () => {
      const width = await screen.evaluate((video: HTMLVideoElement) => video.videoWidth)
      return width > 640
    })
    const [stage, window] = [await screen.boundingBox(), page.viewportSize()!]
    expect(stage!.width).toBeGreaterThan(window.width * 0.5)
  }
  await mentor.page.getByRole('button', { name: 'Stop sharing' }).click()
  await until(
    'the screen gone',
    async () => (await learners[0]!.page.locator('[data-source="screen"]').count()) === 0,
  )
})

it('shows someone who comes late what was said before', async () => {
  const { page } = learners[1]!
  await page.getByRole('button', { name: 'Leave' }).click()
  await page.getByRole('heading', { name: 'You left the class' }).waitFor()
  await say(mentor.page, 'The first beat is the sam.')
  // Two people who speak at once are in either order.
  await until('the first line', async () => (await chatLines(learners[0]!.page)).length === 1)
  await say(learners[0]!.page, 'And the clap? https://example.org/tala')
  await joinRoom(learners[1]!, sessionId)
  await until('both lines', async () => (await chatLines(page)).length === 2)
  expect(await chatLines(page)).toEqual([
    'The first beat is the sam.',
    'And the clap? https://example.org/tala',
  ])
})

it('removes someone for good', async () => {
  const { page } = learners[2]!
  const name = (await peopleNames(mentor.page)).find((_, n) => n === 2)!
  await openPanel(mentor.page, 'People')
  await mentor.page.getByRole('button', { name: `Remove ${name}` }).click()
  await mentor.page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByRole('heading', { name: /removed you/ }).waitFor()
  await page.getByRole('link', { name: 'Back to the session' }).click()
  await page.getByText(/^The mentor removed you from this class/).waitFor()
  await page.getByRole('link', { name: 'Find another session' }).waitFor()
  expect(await page.getByRole('link', { name: 'Join', exact: true }).count()).toBe(0)
  await page.goto(`/sessions/${sessionId}/room`)
  await page.getByRole('heading', { name: /removed you/ }).waitFor()
  await until('two left', async () => (await peopleNames(mentor.page)).length === 3)
})

it('ends for all, after which the learner gives feedback', async () => {
  await openPanel(mentor.page, 'People')
  await mentor.page.getByRole('button', { name: 'End class for all' }).click()
  await mentor.page.getByRole('button', { name: 'End class', exact: true }).click()
  const { page } = learners[0]!
  await page
    .getByRole('link', { name: 'Give feedback' })
    .or(page.getByRole('button', { name: 'Give feedback' }))
    .click()
  await page.waitForURL(new RegExp(`/sessions/${sessionId}`))
  await page.getByRole('radio', { name: /^5/ }).check({ force: true })
  await page.getByRole('button', { name: 'Send feedback' }).click()
  await page
    .getByText(/Thank you/)
    .first()
    .waitFor()
})

it('left nothing in anybody’s console', () => {
  expect(everyone().flatMap((person) => person.problems)).toEqual([])
})

/** Runs in the page: packets that its microphone sends in two seconds, and in two of silence in its place. */
async function packetsOfSpeechAndSilence(): Promise<number[]> {
  const senders = window.keptPeerConnections
    .filter(({ connectionState }) => connectionState === 'connected')
    .flatMap((connection) => connection.getSenders())
  const sender = senders.find(({ track }) => track?.kind === 'audio')
  if (!sender) return []
  const sent = async () => {
    const report = [...((await sender.getStats()).values() as Iterable<RTCOutboundRtpStreamStats>)]
    return report.find(({ type }) => type === 'outbound-rtp')?.packetsSent ?? 0
  }
  const inTwoSeconds = async () => {
    const before = await sent()
    await new Promise((done) => setTimeout(done, 2_000))
    return (await sent()) - before
  }
  const microphone = sender.track
  const speech = await inTwoSeconds()
  const nothing = new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0] ?? null
  await sender.replaceTrack(nothing)
  await new Promise((done) => setTimeout(done, 500))
  const silence = await inTwoSeconds()
  await sender.replaceTrack(microphone)
  return [speech, silence]
}
