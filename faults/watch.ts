/** What a person's page really shows and plays, measured inside it: times of frames, packets of sound, sound made up. */
import type { Page } from 'playwright-core'

interface Watched {
  /** When a new frame was on screen, Date.now(). */
  frames: number[]
  /** When new packets of sound had come. */
  sounds: number[]
  /** Sound so far: all samples, and those that were made up for lost ones (silence left out). */
  samples: number
  concealed: number
  bytes: number
}
declare global {
  interface Window {
    watched: Watched
    keptPeerConnections: RTCPeerConnection[]
  }
}

/** Begins to watch; again after the page was loaded anew. */
export async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watched: Watched = { frames: [], sounds: [], samples: 0, concealed: 0, bytes: 0 }
    window.watched = watched
    let shown = ''
    setInterval(() => {
      const tiles = [...document.querySelectorAll<HTMLElement>('[data-user-id][data-source]')]
      const counts = tiles.map(
        (t) => t.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      )
      const now = counts.join()
      if (now !== shown && counts.some((count) => count > 0)) watched.frames.push(Date.now())
      shown = now
    }, 15)
    let heard = ''
    const listen = async () => {
      const open = window.keptPeerConnections.filter((c) => c.connectionState !== 'closed')
      const reports = await Promise.all(open.map((connection) => connection.getStats()))
      const all = reports.flatMap((report) => [...(report.values() as Iterable<RTCStats>)])
      const inbound = all.filter((s) => s.type === 'inbound-rtp') as (RTCInboundRtpStreamStats & {
        silentConcealedSamples?: number
      })[]
      const audio = inbound.filter((s) => s.kind === 'audio')
      const now = audio.map((s) => s.packetsReceived ?? 0).join()
      if (now !== heard && audio.length > 0) watched.sounds.push(Date.now())
      heard = now
      const sum = (of: (s: (typeof audio)[number]) => number) => audio.reduce((total, s) => total + of(s), 0)
      watched.samples = sum((s) => s.totalSamplesReceived ?? 0)
      watched.concealed = sum((s) => (s.concealedSamples ?? 0) - (s.silentConcealedSamples ?? 0))
      // What comes for one's own sending is not received media; 28 bytes of IP and UDP a packet.
      const receiving = reports.filter((report) =>
        [...(report.values() as Iterable<RTCStats>)].some((s) => s.type === 'inbound-rtp'),
      )
      const transports = receiving
        .flatMap((report) => [...(report.values() as Iterable<RTCStats>)])
        .filter((s) => s.type === 'transport') as (RTCStats & {
        bytesReceived?: number
        packetsReceived?: number
      })[]
      watched.bytes = transports.reduce(
        (total, t) => total + (t.bytesReceived ?? 0) + 28 * (t.packetsReceived ?? 0),
        0,
      )
      setTimeout(() => void listen(), 50)
    }
    void listen()
  })
}

export const read = (page: Page): Promise<Watched> => page.evaluate(() => window.watched)

/** The longest time between two of these moments since then, the one that still lasts included. */
export function longestGap(times: number[], since: number, until = Date.now()): number {
  const moments = [since, ...times.filter((at) => at > since && at < until), until]
  return moments.slice(1).reduce((longest, at, n) => Math.max(longest, at - moments[n]!), 0)
}

/** Milliseconds that the pictures stood still at most since then. */
export const freeze = async (page: Page, since: number) => longestGap((await read(page)).frames, since)

/** The same of the sound's packets. */
export const soundGap = async (page: Page, since: number) => longestGap((await read(page)).sounds, since)

/** Milliseconds from then to the next new frame; waits for it. */
export async function nextFrame(page: Page, since: number, limitMs = 30_000): Promise<number> {
  const found = await page.waitForFunction((after) => window.watched.frames.find((at) => at > after), since, {
    timeout: limitMs,
    polling: 20,
  })
  return Number(await found.jsonValue()) - since
}

/** What a time of flow is made of: bits a second with headers, and the share of sound that was made up. */
export async function flowDuring(page: Page, run: () => Promise<unknown>) {
  const [before, began] = [await read(page), Date.now()]
  await run()
  const [after, ms] = [await read(page), Date.now() - began]
  return {
    bitsDown: Math.round(((after.bytes - before.bytes) * 8_000) / ms),
    concealed: (after.concealed - before.concealed) / Math.max(1, after.samples - before.samples),
    sounds: after.samples - before.samples,
  }
}
