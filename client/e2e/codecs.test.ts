/**
 * Cameras and screens go out in the best codec that everybody present decodes, in another as soon as somebody comes who can't,
 * and in the best again some time after they left.
 */
import { beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { joinRoom } from './in-room.ts'
import { newPerson, seesPictures, signIn, stats, until, type Person } from './person.ts'
import { openProduct } from './open-product.ts'
import type { Account, Product } from './product.ts'
import { SignedIn } from '../../loadtest/accounts.ts'

declare global {
  interface Window {
    sharesSaid: number
  }
}

let product: Product
let browser: Browser

beforeAll(async () => {
  ;({ product, browser } = await openProduct())
})
/** A class that begins now: its mentor and two learners with seats. */
async function aClass() {
  const place = { url: product.url, believed: false, admin: product.demo.admin }
  const mentor = await SignedIn.register(place, 'mentor', 0)
  const learners = [
    await SignedIn.register(place, 'learner', 1),
    await SignedIn.register(place, 'learner', 2),
  ]
  const sessionId = await mentor.publish('Codecs', learners.length)
  for (const learner of learners) await learner.book(sessionId)
  return { sessionId, accounts: [mentor, ...learners].map(({ account }) => account) }
}

/** Somebody whose device counts as strong enough for the costlier codecs, whatever this machine has. */
async function strong(account: Account, prepare?: () => void): Promise<Person> {
  const person = await newPerson(browser, product.url)
  await person.page.addInitScript(() =>
    Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 8 }),
  )
  if (prepare) await person.page.addInitScript(prepare)
  await signIn(person, account)
  return person
}

/** Runs in the page: it says of itself that it decodes VP8 alone, as an old device does. */
function decodesVp8Alone(): void {
  interface Said {
    data?: { rtpCapabilities?: { codecs: { mimeType: string }[] } }
  }
  const Real = window.WebSocket
  window.WebSocket = class extends Real {
    override send(frame: Parameters<WebSocket['send']>[0]): void {
      super.send(typeof frame === 'string' ? without(frame) : frame)
    }
  }
  function without(frame: string): string {
    const said = JSON.parse(frame) as Said
    const capabilities = said.data?.rtpCapabilities
    if (capabilities)
      capabilities.codecs = capabilities.codecs.filter(
        ({ mimeType }) => !/^video\/(VP9|AV1)$/i.test(mimeType),
      )
    return JSON.stringify(said)
  }
}

/** What the person's camera and screen are sent in just now. */
async function sentIn({ page }: Person): Promise<string[]> {
  const [streams, codecs] = [
    await stats<RTCOutboundRtpStreamStats & { codecId?: string }>(page, 'outbound-rtp'),
    await stats<RTCStats & { mimeType: string }>(page, 'codec'),
  ]
  const used = streams.filter(({ kind }) => kind === 'video').map(({ codecId }) => codecId)
  return [...new Set(codecs.filter(({ id }) => used.includes(id)).map(({ mimeType }) => mimeType))]
}

const sends = (person: Person, ...codecs: string[]) =>
  until(
    `pictures in ${codecs.join()}`,
    async () => (await sentIn(person)).toSorted().join() === codecs.join(),
    60,
  )

/** Waits until the screen that this person is shown comes in this codec, and is decoded. */
const showsScreen = ({ page }: Person, codec: string) =>
  until(
    `the screen in ${codec}`,
    async () => {
      const screen = page.locator('[data-source="screen"] video')
      const shown = await screen.evaluate((video: HTMLVideoElement) => {
        const track = video.srcObject instanceof MediaStream && video.srcObject.getVideoTracks()[0]
        return video.videoWidth > 640 && track && track.id
      })
      const streams = await stats<RTCInboundRtpStreamStats & { codecId?: string }>(page, 'inbound-rtp')
      const stream = streams.find((one) => one.trackIdentifier === shown)
      const codecs = await stats<RTCStats & { mimeType: string }>(page, 'codec')
      const used = codecs.find(({ id }) => id === stream?.codecId)?.mimeType
      return used === codec && (stream?.framesDecoded ?? 0) > 0
    },
    40,
  )

it('changes the codec under a class that goes on', async () => {
  const { sessionId, accounts } = await aClass()
  const teaching = await strong(accounts[0]!)
  const learning = await strong(accounts[1]!)
  await joinRoom(teaching, sessionId)
  await joinRoom(learning, sessionId)
  for (const person of [teaching, learning]) await sends(person, 'video/VP9')
  for (const { page } of [teaching, learning]) await seesPictures(page, 1, 30)

  const old = await strong(accounts[2]!, decodesVp8Alone)
  await joinRoom(old, sessionId)
  for (const person of [teaching, learning]) await sends(person, 'video/VP8')
  await seesPictures(old.page, 2, 30)
  for (const { page } of [teaching, learning]) await seesPictures(page, 2, 30)
  for (const person of [teaching, learning, old]) {
    expect(person.problems).toEqual([])
    await person.leave()
  }
})

/** Counts in the page how often it says that somebody shares their screen. */
const countShares = ({ page }: Person) =>
  page.evaluate(() => {
    let isSaid = false
    window.sharesSaid = 0
    const look = () => {
      const now = document.body.textContent.includes('is sharing their screen')
      if (now && !isSaid) window.sharesSaid++
      isSaid = now
    }
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true })
  })

it('sends a screen in AV1 while everybody decodes it, and in VP8 as soon as somebody comes who can’t', async () => {
  const { sessionId, accounts } = await aClass()
  const teaching = await strong(accounts[0]!)
  const learning = await strong(accounts[1]!)
  await joinRoom(teaching, sessionId)
  await joinRoom(learning, sessionId)
  await countShares(learning)
  await teaching.page.getByRole('button', { name: 'Share screen' }).click()
  await sends(teaching, 'video/AV1', 'video/VP9')
  await showsScreen(learning, 'video/AV1')

  const old = await strong(accounts[2]!, decodesVp8Alone)
  await joinRoom(old, sessionId)
  await sends(teaching, 'video/VP8')
  for (const person of [learning, old]) await showsScreen(person, 'video/VP8')

  await old.page.getByRole('button', { name: 'Leave' }).click()
  await sends(teaching, 'video/AV1', 'video/VP9')
  await showsScreen(learning, 'video/AV1')
  await seesPictures(learning.page, 2, 30)

  // To who looks it is one screen all the time.
  expect(await learning.page.evaluate(() => window.sharesSaid)).toBe(1)
  for (const { problems } of [teaching, learning, old]) expect(problems).toEqual([])
})
