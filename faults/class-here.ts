/**
 * A class on this machine, without a bad network: light participants, and one learner with a real Chromium whose
 * pictures are watched. For faults of processes.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { joinRoom } from '../client/e2e/in-room.ts'
import { launchBrowser, newPerson, seesPictures, signIn, type Person } from '../client/e2e/person.ts'
import { startProduct, type Product } from '../client/e2e/product.ts'
import { SignedIn } from '../loadtest/accounts.ts'
import { LightClass } from '../loadtest/class.ts'
import { LightPerson } from '../loadtest/person.ts'
import { watch } from './watch.ts'

interface Wish {
  /** Light participants, the mentor among them. */
  people: number
  /** How many of them send. */
  publish: number
  /** The mentor shares a screen, too. */
  screen?: boolean
  viewport?: { width: number; height: number }
  env?: Record<string, string>
}

export class ClassHere {
  readonly product: Product
  readonly light: LightClass
  readonly #browser: Browser
  readonly #viewer: Person

  private constructor(product: Product, light: LightClass, browser: Browser, viewer: Person) {
    this.product = product
    this.light = light
    this.#browser = browser
    this.#viewer = viewer
  }

  /** Everybody is in, and the viewer sees pictures. */
  static async open({ env = {}, viewport, ...wish }: Wish): Promise<ClassHere> {
    const product = await startProduct({ env: { TRUST_PROXY: '1', ...env } })
    const closing: (() => Promise<unknown>)[] = [() => product.stop()]
    try {
      const light = await makeClass(product, wish)
      closing.unshift(() => light.close())
      const browser = await launchBrowser()
      closing.unshift(() => browser.close())
      const viewer = await newPerson(browser, product.url, viewport)
      const who = await SignedIn.register({ url: product.url, believed: true }, 'learner', 60_000)
      await who.book(light.sessionId)
      await light.join()
      await signIn(viewer, who.account)
      await joinRoom(viewer, light.sessionId)
      await seesPictures(viewer.page, 1, 30)
      await watch(viewer.page)
      return new ClassHere(product, light, browser, viewer)
    } catch (error) {
      for (const close of closing) await close()
      throw error
    }
  }

  /** Somebody who comes late to the class, and goes again: what do they find? */
  async visitor<T>(look: (visitor: LightPerson) => T): Promise<T> {
    const who = await SignedIn.register({ url: this.product.url, believed: true }, 'learner', 61_000)
    await who.book(this.light.sessionId)
    const { mentor, sessionId } = this.light
    const visitor = new LightPerson({ ...mentor.wish, sessionId, sends: [], ticket: () => who.ticket() })
    await visitor.join()
    const found = look(visitor)
    await visitor.leave()
    return found
  }

  /** The page of the learner who is watched. */
  get page(): Page {
    return this.#viewer.page
  }

  /** Another class on the same product, all joined; who opened it closes it. */
  async another(people: number, publish: number): Promise<LightClass> {
    const other = await makeClass(this.product, { people, publish })
    await other.join()
    return other
  }

  /** For a test that failed: how everybody is, and what the server and the node complained of last. */
  explain(): void {
    for (const [n, { media, connected, joins, troubles, reception }] of this.light.people.entries()) {
      const { packets } = reception.received
      const how = `${connected ? 'connected' : 'AWAY'}, ${joins} joins, ${media?.consumers} consumers, ${packets} packets`
      console.log(`person ${n}: ${how}${troubles.map((trouble) => `\n    ${trouble}`).join('')}`)
    }
    for (const name of ['server', 'sfu']) {
      const lines = readFileSync(join(this.product.dataDir, 'logs', `${name}.log`), 'utf8').split('\n')
      const complaints = lines.filter((line) => /"level":[456]0/.test(line))
      console.log(`${name}.log:\n${complaints.slice(-12).join('\n')}`)
    }
  }

  async close(): Promise<void> {
    await this.#browser.close()
    await this.light.close()
    await this.product.stop()
  }
}

/** Two seats more than people: the viewer's and a visitor's. */
const makeClass = (product: Product, { people, publish, screen = false }: Wish) =>
  LightClass.make({
    url: product.url,
    admin: product.demo.admin,
    people,
    publish,
    tiles: 9,
    turn: false,
    decryptOneIn: 0,
    screen,
    believed: true,
    spareSeats: 2,
  })
