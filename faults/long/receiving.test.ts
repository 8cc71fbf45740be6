/**
 * What a learner chose to receive is never exceeded: the ceilings of the modes, chosen in the page of a real Chromium in a
 * class of nine cameras and a screen.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { receiveCeiling, type ReceiveMode } from '@peerlearn/contract/media'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ClassHere } from '../class-here.ts'
import { keeps } from '../figures.ts'
import { flowDuring } from '../watch.ts'

let here: ClassHere

beforeAll(async () => {
  const viewport = { width: 1280, height: 720 }
  here = await ClassHere.open({ people: 9, publish: 9, screen: true, viewport })
})
afterAll(() => here?.close())

const words: Record<ReceiveMode, RegExp> = {
  full: /^Full/,
  saver: /^Saver/,
  slides: /^Slides/,
  voice: /^Voice/,
}

/** Chooses as a person does. */
async function choose(mode: ReceiveMode): Promise<void> {
  const { page } = here
  await page.getByRole('toolbar', { name: 'Class controls' }).getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Data and quality' }).click()
  const dialog = page.getByRole('dialog', { name: 'Data and quality' })
  await dialog.getByRole('radio', { name: words[mode] }).check({ force: true })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
}

it.each(['saver', 'slides', 'voice'] as const)('keeps %s under its ceiling, with a voice', async (mode) => {
  await choose(mode)
  await sleep(8_000)
  const { bitsDown, sounds, concealed } = await flowDuring(here.page, () => sleep(15_000))
  expect(sounds).toBeGreaterThan(0)
  console.log(`FIGURE ${mode}: ${(concealed * 100).toFixed(1)} % of the sound made up`)
  keeps(`downlink in ${mode}`, [bitsDown / 1000], receiveCeiling[mode]! / 1000, 'kbit/s')
})
