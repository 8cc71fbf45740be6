/** A learner whose network goes away for some seconds: what they read, and what the others see. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { joinRoom, peopleNames } from './in-room.ts'
import { createNetwork, type Network } from './network.ts'
import { launchBrowser, newPerson, seesPictures, signIn, type Person } from './person.ts'
import { startProduct, type Product } from './product.ts'

let network: Network
let product: Product
let browsers: Browser[]
let mentor: Person
let learner: Person

beforeAll(async () => {
  network = createNetwork('black')
  product = await startProduct({ netns: network.product })
  browsers = [
    await launchBrowser({ netns: network.product.name, secure: product.url }),
    await launchBrowser({ netns: network.browser.name, secure: product.url }),
  ]
  mentor = await newPerson(browsers[0]!, product.url)
  learner = await newPerson(browsers[1]!, product.url)
  await signIn(mentor, product.demo.mentor)
  await signIn(learner, product.demo.learners[0])
  await joinRoom(mentor, product.demo.liveSessionId)
  await joinRoom(learner, product.demo.liveSessionId)
})

afterAll(async () => {
  await Promise.all((browsers ?? []).map((browser) => browser.close()))
  await product?.stop()
  network?.close()
})

it('tells the learner that it is their network, and the others that they are reconnecting', async () => {
  await seesPictures(learner.page, 1)
  await seesPictures(mentor.page, 1)
  const names = await peopleNames(mentor.page)
  network.block({ udp: true, tcpPorts: '1-65535' })
  await learner.page.getByText(/Your network was interrupted/).waitFor()
  await mentor.page.locator('[data-source="camera"]').getByText('Reconnecting…').waitFor()
  expect(await peopleNames(mentor.page)).toEqual(names)
})

it('says that they are back, for a moment, once the pictures move again', async () => {
  network.block({ udp: false })
  const back = learner.page.getByText('You’re back in the class.')
  await back.waitFor()
  await seesPictures(learner.page, 1)
  await seesPictures(mentor.page, 1)
  await back.waitFor({ state: 'hidden' })
  expect(mentor.problems).toEqual([])
})
