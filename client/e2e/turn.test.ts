import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Browser } from 'playwright-core'
import { createNetwork, type Network } from './network.ts'
import { hears, launchBrowser, newPerson, seesPictures, signIn, stats, until } from './person.ts'
import { startProduct, type Product } from './product.ts'

let network: Network
let product: Product
let mentors: Browser
let learners: Browser

beforeAll(async () => {
  network = createNetwork('turn')
  product = await startProduct({ netns: network.product })
  mentors = await launchBrowser({ netns: network.product.name, secure: product.url })
  learners = await launchBrowser({ netns: network.browser.name, secure: product.url })
})

afterAll(async () => {
  await Promise.all([mentors?.close(), learners?.close()])
  await product?.stop()
  network?.close()
})

it('lets a learner in whose network blocks UDP and the media ports, through TURN over TCP', async () => {
  network.block({ udp: true, tcpPorts: '40000-49151' })
  const room = `/sessions/${product.demo.liveSessionId}/room`
  const mentor = await newPerson(mentors, product.url)
  const learner = await newPerson(learners, product.url)
  for (const [person, account] of [
    [mentor, product.demo.mentor],
    [learner, product.demo.learners[0]],
  ] as const) {
    await signIn(person, account)
    await person.page.goto(room)
    await person.page.getByRole('button', { name: 'Join', exact: true }).click()
  }

  await seesPictures(learner.page, 1)
  await seesPictures(mentor.page, 1)
  await hears(learner.page, 1)
  await hears(mentor.page, 1)

  const paths = await until('a nominated pair on both transports', async () => {
    const pairs = await stats<RTCIceCandidatePairStats>(learner.page, 'candidate-pair')
    const used = pairs.filter((p) => p.nominated && p.state === 'succeeded').map((p) => p.localCandidateId)
    const local = await stats<RTCStats & { candidateType: string; relayProtocol: string }>(
      learner.page,
      'local-candidate',
    )
    const found = local.filter((c) => used.includes(c.id))
    return found.length >= 2 && found.map((c) => `${c.candidateType}/${c.relayProtocol}`)
  })
  expect(new Set(paths)).toEqual(new Set(['relay/tcp']))
})

it('lets a learner in whose network blocks UDP only, over TCP to the media node itself', async () => {
  network.block({ udp: true })
  const learner = await newPerson(learners, product.url)
  await signIn(learner, product.demo.learners[0])
  await learner.page.goto(`/sessions/${product.demo.liveSessionId}/room`)
  await learner.page.getByRole('button', { name: 'Join', exact: true }).click()
  await seesPictures(learner.page, 1)
})
