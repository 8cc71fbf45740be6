/** People with browsers: each a context of one Chromium with a fake camera and microphone. */
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type Page } from 'playwright-core'
import { fakeCamera } from './fake-camera.ts'
import { nextCode } from './one-time-code.ts'
import type { Account } from './product.ts'

const flags = [
  '--no-sandbox',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--auto-select-desktop-capture-source=Entire screen',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
]

interface Where {
  /** Namespace that the browser lives in. */
  netns?: string
  /** A plain-http address to be treated as secure, so that cameras work on it. */
  secure?: string
  /** Hash of the public key of a certificate that is to be believed. */
  believed?: string
}

export function launchBrowser({ netns, secure, believed }: Where = {}): Promise<Browser> {
  const program = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  return chromium.launch({
    executablePath: netns ? inNamespace(netns, program) : program,
    args: [
      ...flags,
      `--use-file-for-fake-video-capture=${fakeCamera()}`,
      ...(secure ? [`--unsafely-treat-insecure-origin-as-secure=${secure}`] : []),
      ...(believed ? [`--ignore-certificate-errors-spki-list=${believed}`] : []),
    ],
  })
}

function inNamespace(netns: string, program: string): string {
  const script = join(mkdtempSync(join(tmpdir(), 'chromium-')), 'run')
  writeFileSync(script, `#!/bin/sh\nexec ip netns exec ${netns} ${program} "$@"\n`)
  chmodSync(script, 0o755)
  return script
}

/** What went wrong in a page's console; a test ends by expecting none. */
export interface Person {
  page: Page
  problems: string[]
  leave(): Promise<void>
}

/** A person with a window of their own on the product. */
export async function newPerson(browser: Browser, url: string, viewport = { width: 1000, height: 700 }) {
  const context = await browser.newContext({ baseURL: url, viewport, permissions: ['camera', 'microphone'] })
  await context.addInitScript(keepPeerConnections)
  const page = await context.newPage()
  return { page, problems: listen(page), leave: () => context.close() }
}

/** A person with a window of their own, signed in. */
export async function newMember(browser: Browser, url: string, account: Account): Promise<Person> {
  const person = await newPerson(browser, url)
  await signIn(person, account)
  return person
}

/** Signs in through the page, as a person would. */
export async function signIn(person: Person, account: Account): Promise<void> {
  const { page } = person
  await page.goto('/login')
  await page.getByLabel('Email').fill(account.email)
  await page.getByLabel('Password', { exact: true }).fill(account.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  if (account.totp) {
    await page.getByLabel('Code').fill(await nextCode(account.totp))
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
}

function listen(page: Page): string[] {
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      problems.push(`${message.text()} ${message.location().url}`)
  })
  return problems
}

/** Runs in the page: keeps hold of its peer connections, so that a test can ask them for statistics. */
function keepPeerConnections(): void {
  const Real = window.RTCPeerConnection
  const kept: RTCPeerConnection[] = []
  Object.assign(window, { keptPeerConnections: kept })
  window.RTCPeerConnection = class extends Real {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      kept.push(this)
    }
  }
}

/** All statistics of the page's peer connections of one type, such as `inbound-rtp`. */
export function stats<T extends RTCStats>(page: Page, type: RTCStatsType): Promise<T[]> {
  return page.evaluate(async (wanted) => {
    const kept = (window as unknown as { keptPeerConnections: RTCPeerConnection[] }).keptPeerConnections
    const reports = await Promise.all(kept.map((connection) => connection.getStats()))
    const all = reports.flatMap((report) => [...(report.values() as Iterable<RTCStats>)])
    return all.filter((s) => s.type === wanted)
  }, type) as Promise<T[]> // the caller names the type that goes with it
}

/** Bytes that have come in over all transports, with all headers down to IP. */
export async function received(page: Page): Promise<number> {
  const transports = await stats<RTCTransportStats & { packetsReceived?: number }>(page, 'transport')
  return transports.reduce((sum, t) => sum + (t.bytesReceived ?? 0) + (t.packetsReceived ?? 0) * 28, 0)
}

/** Frames shown so far in each remote tile, by `user id/source`. */
export function framesShown(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => {
    const tiles = [...document.querySelectorAll<HTMLElement>('[data-user-id][data-source]')]
    return Object.fromEntries(
      tiles.flatMap((tile) => {
        const video = tile.querySelector('video')
        const name = `${tile.dataset['userId']}/${tile.dataset['source']}`
        return video ? [[name, video.getVideoPlaybackQuality().totalVideoFrames]] : []
      }),
    )
  })
}

/** Waits for a condition, saying which one when it never comes. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | false | undefined>,
  seconds = 20,
): Promise<T> {
  const end = Date.now() + seconds * 1000
  let last: unknown
  while (Date.now() < end) {
    try {
      const answer = await ask()
      if (answer !== false && answer !== undefined) return answer
      last = answer
    } catch (error) {
      last = error
    }
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error(`waited ${seconds} s for: ${what}${last instanceof Error ? ` (${last.message})` : ''}`)
}

/** Waits until so many remote tiles show pictures that move. */
export async function seesPictures(page: Page, tiles: number, seconds = 20): Promise<void> {
  const before = await framesShown(page)
  await until(
    `${tiles} moving pictures`,
    async () => {
      const now = await framesShown(page)
      const moving = Object.keys(now).filter((tile) => now[tile]! > (before[tile] ?? 0) + 2)
      return moving.length >= tiles
    },
    seconds,
  )
}

/** Waits until so many voices are really heard: energy arrives on that many audio streams. */
export async function hears(page: Page, voices: number, seconds = 20): Promise<void> {
  await until(
    `${voices} voices`,
    async () => {
      const inbound = await stats<RTCInboundRtpStreamStats>(page, 'inbound-rtp')
      return inbound.filter((s) => s.kind === 'audio' && (s.totalAudioEnergy ?? 0) > 0).length >= voices
    },
    seconds,
  )
}
