/** A learner on a bad network stays in class: each fault once. Many times, and the long ones: long/network.test.ts */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { keeps } from './figures.ts'
import { addressChange, blackout, heavyLoss, udpBlocked } from './network-faults.ts'
import { ThinClass } from './thin-class.ts'

let thin: ThinClass

beforeAll(async () => {
  thin = await ThinClass.open()
})
afterAll(() => thin?.close())

it('shows the class again within two seconds after a blackout of five', async () => {
  const { freezeMs } = await blackout(thin, 5_000)
  keeps('freeze by a blackout of 5 s', [freezeMs], 7_000)
})

it('goes on within four seconds in another network', async () => {
  keeps('freeze by a change of address', [await addressChange(thin)], 4_000)
})

it('shows the first picture within three seconds where UDP is blocked', async () => {
  keeps('first picture without UDP', [await udpBlocked(thin)], 3_000)
})

it('keeps the voice when three of ten packets are lost, both ways', async () => {
  const { gapMs } = await heavyLoss(thin, 15_000)
  keeps('gap of sound at 30 % loss', [gapMs], 1_000)
  expect(await thin.page.getByRole('toolbar', { name: 'Class controls' }).isVisible()).toBe(true)
})
