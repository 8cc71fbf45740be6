/**
 * How long a learner waits for the first picture: from the click on Join, and from opening the room's page (the click
 * comes as soon as Join can be clicked). The mentor is in the room with a moving camera; the room page marks
 * `room.click` and `room.first-frame` itself, the second in the first remote video's requestVideoFrameCallback.
 */
import type { Browser, Page } from 'playwright-core'
import { createNetwork } from '../client/e2e/network.ts'
import { launchBrowser, newPerson, seesPictures, signIn, stats, until } from '../client/e2e/person.ts'
import { startProduct, type Product } from '../client/e2e/product.ts'
import { median, type Figure } from './benchmark.ts'

const joins = 10
const goal = 300

export async function joinLoopback(): Promise<Figure[]> {
  const product = await startProduct()
  const browser = await launchBrowser()
  try {
    return figures('loopback', await measure(product, browser, browser), goal)
  } finally {
    await browser.close()
    await product.stop()
  }
}

/** The learner lives in another network namespace, without UDP and without the media ports: TURN over TCP is left. */
export async function joinTurn(): Promise<Figure[]> {
  const network = createNetwork('bench')
  const secure = `http://${network.product.address}`
  let product: Product | undefined
  const browsers: Browser[] = []
  try {
    product = await startProduct({ netns: network.product })
    network.block({ udp: true, tcpPorts: '40000-49151' })
    const open = async (netns: string) => {
      const browser = await launchBrowser({ netns, secure: product?.url ?? secure })
      browsers.push(browser)
      return browser
    }
    const mentors = await open(network.product.name)
    return figures('TURN/TCP', await measure(product, mentors, await open(network.browser.name), isRelayed))
  } finally {
    await Promise.all(browsers.map((browser) => browser.close()))
    await product?.stop()
    network.close()
  }
}

interface Joined {
  click: number
  navigation: number
}

async function measure(
  { url, demo }: Product,
  mentors: Browser,
  learners: Browser,
  check: (page: Page) => Promise<unknown> = () => Promise.resolve(),
): Promise<Joined[]> {
  const room = `/sessions/${demo.liveSessionId}/room`
  const mentor = await newPerson(mentors, url)
  await signIn(mentor, demo.mentor)
  await mentor.page.goto(room)
  await mentor.page.getByRole('button', { name: 'Join', exact: true }).click()
  const learner = await newPerson(learners, url)
  await signIn(learner, demo.learners[0])
  const measured: Joined[] = []
  for (let n = 0; n < joins; n++) {
    await learner.page.goto(room)
    await learner.page.getByRole('button', { name: 'Join', exact: true }).click()
    measured.push(await until('the first picture', () => marks(learner.page), 30))
    await check(learner.page)
    if (n === 0) await seesPictures(mentor.page, 1)
    await learner.page.getByRole('button', { name: 'Leave' }).click()
    await learner.page.goto('about:blank')
  }
  return measured
}

const marks = (page: Page): Promise<Joined | undefined> =>
  page.evaluate(() => {
    const at = (name: string) => performance.getEntriesByName(name)[0]?.startTime
    const [click, frame] = [at('room.click'), at('room.first-frame')]
    return click !== undefined && frame !== undefined
      ? { click: frame - click, navigation: frame }
      : undefined
  })

/** The learner's packets really go through TURN. */
const isRelayed = (page: Page) =>
  until('a relayed path', async () => {
    const pairs = await stats<RTCIceCandidatePairStats>(page, 'candidate-pair')
    const used = new Set(pairs.filter((p) => p.nominated).map((p) => p.localCandidateId))
    const candidates = await stats<RTCStats & { candidateType: string }>(page, 'local-candidate')
    return candidates.some((c) => used.has(c.id) && c.candidateType === 'relay')
  })

function figures(way: string, measured: Joined[], limit?: number): Figure[] {
  const [click, navigation] = [
    median(measured.map((m) => m.click)),
    median(measured.map((m) => m.navigation)),
  ]
  return [
    {
      name: `join, ${way}, from click`,
      value: Math.round(click),
      unit: 'ms',
      goal: limit ? `≤ ${limit}` : 'told',
      ok: !limit || click <= limit,
    },
    {
      name: `join, ${way}, from navigation`,
      value: Math.round(navigation),
      unit: 'ms',
      goal: 'told',
      ok: true,
    },
  ]
}
