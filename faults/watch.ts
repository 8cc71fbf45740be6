/** What a person's page really shows and plays, measured inside it: times of frames, packets of sound, sound made up. */
import type { Page } from 'playwright-core'

interface Watched {
  /** Tile → when it had a new frame on screen, Date.now(). Each for itself: one that moves hides none that stands still. */
  frames: Record<string, number[]>
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
    const watched: Watched = { frames: {}, sounds: [], samples: 0, concealed: 0, bytes: 0 }
    window.watched = watched
    const shown = new Map<string, number>()
    setInterval(() => {
      for (const tile of document.querySelectorAll<HTMLElement>('[data-user-id][data-source]')) {
        const name = `${tile.dataset.userId} ${tile.dataset.source}`
        const count = tile.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0
        if (count > 0 && count !== shown.get(name)) (watched.frames[name] ??= []).push(Date.now())
        shown.set(name, count)
      }
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
function longestGap(times: number[], since: number, until = Date.now()): number {
  const moments = [since, ...times.filter((at) => at > since && at < until), until]
  return moments.slice(1).reduce((longest, at, n) => Math.max(longest, at - moments[n]!), 0)
}

/** A tile that had a frame so shortly before was moving. */
const movingMs = 2_000

/** Milliseconds that any picture that was moving then stood still at most since. */
export async function freeze(page: Page, since: number): Promise<number> {
  const tiles = Object.values((await read(page)).frames).filter((frames) =>
    frames.some((at) => at > since - movingMs && at <= since),
  )
  if (tiles.length === 0) throw new Error('no picture was moving when the fault was made')
  const until = Date.now()
  return Math.max(...tiles.map((frames) => longestGap(frames, since, until)))
}

/** The same of the packets of all sounds together: people may fall silent. */
export const soundGap = async (page: Page, since: number) => longestGap((await read(page)).sounds, since)

/** Milliseconds from then until each picture that moved before has a new frame; waits for it. */
export async function nextFrame(page: Page, since: number, limitMs = 30_000): Promise<number> {
  const found = await page.waitForFunction(
    (after) => {
      const tiles = Object.values(window.watched.frames).filter((frames) => frames.some((at) => at <= after))
      const first = tiles.map((frames) => frames.find((at) => at > after))
      return tiles.length > 0 && first.every((at) => at !== undefined) && Math.max(...first)
    },
    since,
    { timeout: limitMs, polling: 20 },
  )
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
