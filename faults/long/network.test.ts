/** Bad networks for long, and often enough that a 95th percentile means something. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keeps } from '../figures.ts'
import { addressChange, blackout, heavyLoss, narrowLink, udpBlocked } from '../network-faults.ts'
import { ThinClass } from '../thin-class.ts'

let thin: ThinClass

beforeAll(async () => {
  thin = await ThinClass.open()
})
afterAll(() => thin?.close())

async function times(count: number, run: () => Promise<number>): Promise<number[]> {
  const values: number[] = []
  for (let n = 0; n < count; n++) values.push(await run())
  return values
}

it('freezes no longer than a blackout of 5 s and two seconds more', async () => {
  const freezes = await times(5, async () => (await blackout(thin, 5_000)).freezeMs)
  keeps('freeze by a blackout of 5 s', freezes, 7_000)
})

it('shows the class within four seconds after a blackout of 30 s, on the same seat', async () => {
  const after = await times(2, async () => {
    const seats = seatsGiven(thin.page)
    const { afterMs } = await blackout(thin, 30_000)
    expect(seats.size, 'seats that this page was given').toBe(1)
    return afterMs
  })
  keeps('picture after a blackout of 30 s', after, 4_000)
})

/** The peers that this page is told to be, in every answer to its joining, from its next socket on. */
function seatsGiven(page: Page): Set<string> {
  const seats = new Set<string>()
  page.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      const { data } = JSON.parse(String(payload)) as { data?: { peerId?: string; state?: unknown } }
      if (data?.state && data.peerId) seats.add(data.peerId)
    }),
  )
  return seats
}

it('goes on within four seconds in another network', async () => {
  keeps('freeze by a change of address', await times(8, () => addressChange(thin)), 4_000)
})

it('shows the first picture within three seconds where UDP is blocked', async () => {
  keeps('first picture without UDP', await times(8, () => udpBlocked(thin)), 3_000)
})

it('keeps the voice for a minute when three of ten packets are lost, both ways', async () => {
  const { gapMs, concealed, frames } = await heavyLoss(thin, 60_000)
  console.log(`FIGURE at 30 % loss: ${(concealed * 100).toFixed(1)} % of the sound made up, ${frames} frames`)
  keeps('gap of sound at 30 % loss', [gapMs], 1_000)
})

it('keeps the voice whole on a link of 200 kbit/s', async () => {
  const { concealed, bitsDown, sounds } = await narrowLink(thin, 40_000)
  console.log(`FIGURE on 200 kbit/s: ${Math.round(bitsDown / 1000)} kbit/s come down`)
  expect(sounds).toBeGreaterThan(0)
  keeps('sound made up on a link of 200 kbit/s', [concealed * 100], 5, '%')
})
