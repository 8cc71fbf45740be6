/** A mentor's Chromium shows slides full of text at 1080p, and a learner looks at them from behind a link of their own. */
import type { Browser, Page } from 'playwright-core'
import { chooseMode, joinRoom } from '../client/e2e/in-room.ts'
import { launchBrowser, newPerson, signIn, until, type Person } from '../client/e2e/person.ts'
import { keeps } from './figures.ts'
import type { ThinClass } from './thin-class.ts'
import { watch } from './watch.ts'

declare global {
  interface Window {
    /** On the mentor's page: shows this slide. */
    turnTo: (slide: number) => void
  }
}

export class SlideShow {
  readonly #browser: Browser
  readonly mentor: Person
  readonly learner: Person

  private constructor(browser: Browser, mentor: Person, learner: Person) {
    this.#browser = browser
    this.mentor = mentor
    this.learner = learner
  }

  /** The mentor talks and shows slide 1; the learner sees it. `cores`: what the mentor's browser says of its machine. */
  static async open(
    { hosts, product, learner }: ThinClass,
    { cores = 2, size = 48 } = {},
  ): Promise<SlideShow> {
    const browser = await launchBrowser({ netns: hosts.a.name, secure: product.url })
    const mentor = await newPerson(browser, product.url)
    await mentor.page.addInitScript((count) => {
      Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => count })
    }, cores)
    await mentor.page.addInitScript(haveSlides, size)
    await signIn(mentor, product.demo.mentor)
    for (const person of [mentor, learner]) await joinRoom(person, product.demo.liveSessionId)
    await mentor.page.getByRole('button', { name: 'Share screen' }).click()
    const show = new SlideShow(browser, mentor, learner)
    await show.shows(1)
    await watch(learner.page)
    return show
  }

  choose(mode: string): Promise<void> {
    return chooseMode(this.learner.page, mode)
  }

  /** @returns milliseconds until the learner sees it */
  async turnTo(slide: number): Promise<number> {
    const began = performance.now()
    await this.mentor.page.evaluate((n) => window.turnTo(n), slide)
    await this.shows(slide)
    return Math.round(performance.now() - began)
  }

  async shows(slide: number): Promise<void> {
    await until(`slide ${slide} is seen`, async () => (await seen(this.learner.page))?.slide === slide, 30)
  }

  async close(): Promise<void> {
    await this.#browser.close()
  }
}

/** The first comes while the link has just become narrow and the lower stream just begun: parts of it are lost and sent again. */
export function keepsSlides(name: string, [first = Infinity, ...others]: readonly number[]): void {
  keeps(`the first slide ${name}`, [first], 15_000)
  keeps(`slides ${name}`, others, 5_000)
}

/** What is on the learner's large tile now: which slide, how large, and how much is left of the contrast of its finest lines, 0 … 1. */
export const seen = (page: Page) =>
  page.evaluate(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-source="screen"] video')
    if (!video || video.videoWidth === 0) return null
    const { videoWidth: width, videoHeight: height } = video
    const canvas = new OffscreenCanvas(width, height)
    const context = canvas.getContext('2d', { willReadFrequently: true })
    if (!context) return null
    context.drawImage(video, 0, 0)
    const scale = width / 1920
    const grey = (x: number, y: number) =>
      context.getImageData(Math.round(x * scale), Math.round(y * scale), 1, 1).data[1] ?? 0
    // four squares, black or white: the slide's number in binary
    const slide = [0, 1, 2, 3].reduce((sum, bit) => sum + (grey(60 + 100 * bit, 60) > 127 ? 2 ** bit : 0), 0)
    // lines of two pixels, black and white by turns
    const { data } = context.getImageData(
      Math.round(1000 * scale),
      Math.round(60 * scale),
      Math.round(200 * scale),
      1,
    )
    const greys = Array.from({ length: data.length / 4 }, (_, n) => data[4 * n + 1] ?? 0).sort(
      (a, b) => a - b,
    )
    const at = (share: number) => greys[Math.floor(greys.length * share)] ?? 0
    return { slide, width, height, contrast: (at(0.8) - at(0.2)) / 255 }
  })

/** Runs in the mentor's page: what they share is this canvas. */
function haveSlides(size: number): void {
  let slide = 1
  const canvas = document.createElement('canvas')
  Object.assign(canvas, { width: 1920, height: 1080 })
  const context = canvas.getContext('2d')
  function draw() {
    if (!context) return
    const [paper, ink] = ['#ffffff', '#181818']
    context.fillStyle = paper
    context.fillRect(0, 0, 1920, 1080)
    for (let bit = 0; bit < 4; bit++) {
      context.fillStyle = slide & (2 ** bit) ? '#ffffff' : '#000000'
      context.fillRect(10 + 100 * bit, 10, 100, 100)
    }
    context.fillStyle = '#000000'
    for (let x = 1000; x < 1200; x += 4) context.fillRect(x, 10, 2, 100)
    context.fillStyle = ink
    context.font = `${size}px sans-serif`
    for (let y = 160 + size; y < 1040; y += size * 1.4)
      context.fillText(textOf(slide * 1000 + Math.round(y)), 40, y, 1800)
  }
  function textOf(seed: number): string {
    const words =
      'each learner reads what the mentor wrote about rivers and the sums of angles in plain letters'.split(
        ' ',
      )
    return Array.from(
      { length: Math.floor(440 / size) },
      (_, n) => words[(seed * 7 + n * n * ((seed % 5) + 1)) % words.length],
    ).join(' ')
  }
  window.turnTo = (n) => {
    slide = n
    draw()
  }
  // a pointer that blinks: a browser sends nothing of a canvas on which nothing is drawn
  let on = false
  setInterval(() => {
    if (!context) return
    on = !on
    context.fillStyle = on ? '#c02020' : '#ffffff'
    context.fillRect(1880, 1040, 12, 12)
  }, 200)
  draw()
  navigator.mediaDevices.getDisplayMedia = () => Promise.resolve(canvas.captureStream(15))
}
