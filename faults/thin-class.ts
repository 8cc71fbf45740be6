/**
 * A class on a bad network: the product and its mentor on one host, a learner with a real Chromium on the other, and a
 * cable between them that the test makes bad.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Browser, Page } from 'playwright-core'
import { joinRoom } from '../client/e2e/in-room.ts'
import { launchBrowser, newPerson, seesPictures, signIn, type Person } from '../client/e2e/person.ts'
import { startProduct, type Account, type Product } from '../client/e2e/product.ts'
import { goodCable, makeHosts, type Fault, type Hosts } from '../netfault/hosts.ts'
import type { LightWish } from './light.ts'
import { watch } from './watch.ts'

const usualCable: Fault = { delay: 10 }

export class ThinClass {
  readonly hosts: Hosts
  readonly product: Product
  readonly browser: Browser
  learner!: Person
  readonly #mentor: ChildProcess

  private constructor(hosts: Hosts, product: Product, browser: Browser, mentor: ChildProcess) {
    this.hosts = hosts
    this.product = product
    this.browser = browser
    this.#mentor = mentor
  }

  /** The mentor is in the room with a camera and a voice; the learner is signed in. */
  static async open(sends: LightWish['sends'] = ['camera', 'microphone']): Promise<ThinClass> {
    const hosts = await makeHosts(usualCable)
    const closing: (() => Promise<unknown>)[] = [() => hosts.close()]
    try {
      const product = await startProduct({ netns: hosts.a })
      closing.unshift(() => product.stop())
      const mentor = await lightMentor(hosts.a.name, product, sends)
      closing.unshift(() => ended(mentor))
      const browser = await launchBrowser({ netns: hosts.b.name, secure: product.url })
      closing.unshift(() => browser.close())
      const opened = new ThinClass(hosts, product, browser, mentor)
      opened.learner = await newPerson(browser, product.url)
      await signIn(opened.learner, product.demo.learners[0])
      return opened
    } catch (error) {
      for (const close of closing) await close()
      throw error
    }
  }

  get page(): Page {
    return this.learner.page
  }

  /** The learner is in the room on a good cable, and sees the mentor move. */
  async joined(): Promise<void> {
    await this.left()
    await joinRoom(this.learner, this.product.demo.liveSessionId)
    await seesPictures(this.page, 1, 30)
    await watch(this.page)
    await this.page.waitForFunction(() =>
      Object.values(window.watched.frames).some((frames) => frames.length >= 5),
    )
  }

  /** The learner is not in the room; the cable is good. */
  async left(): Promise<void> {
    await this.#mendCable()
    const leave = this.page.getByRole('button', { name: 'Leave' })
    if (await leave.isVisible()) await leave.click()
    await this.page.goto('about:blank')
  }

  async #mendCable(): Promise<void> {
    this.hosts.wall()
    await this.hosts.fault('both', { ...goodCable, queue: 60_000, ...usualCable })
  }

  async close(): Promise<void> {
    await this.browser.close()
    await ended(this.#mentor)
    await this.product.stop()
    await this.hosts.close()
  }
}

async function lightMentor(netns: string, { url, demo }: Product, sends: LightWish['sends']) {
  const account: Account = demo.mentor
  const wish: LightWish = { url, account, sessionId: demo.liveSessionId, sends }
  const file = join(import.meta.dirname, 'light.ts')
  const child = spawn('ip', ['netns', 'exec', netns, process.execPath, file, JSON.stringify(wish)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const said = createInterface(child.stdout)[Symbol.asyncIterator]().next()
  const gone = once(child, 'exit').then(() => {
    throw new Error('the light mentor ended before it was in the room')
  })
  await Promise.race([said, gone])
  return child
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = once(child, 'exit')
  child.stdin?.end()
  await exit
}
