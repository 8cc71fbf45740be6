import type { types } from 'mediasoup'
import { beforeEach, expect, it } from 'vitest'
import { Rates } from './rates.ts'

let now: number
/** What the worker says of the only layer. */
let bitrate: number
let rates: Rates
let camera: types.Producer

beforeEach(() => {
  now = 100_000
  rates = new Rates(() => now)
  const stat = () => ({ ssrc: 1, bitrate, packetCount: 0, bitrateByLayer: {} })
  const known = { closed: false, appData: {}, rtpParameters: { encodings: [{ ssrc: 1 }] } }
  // of a producer only what is asked of it here
  camera = { ...known, getStats: () => Promise.resolve([stat()]) } as unknown as types.Producer
})

/** As the receivers of a host do: they look again and again, whether anything is sent or not. */
async function look(bits: number, seconds: number): Promise<void> {
  bitrate = bits
  for (let second = 0; second < seconds; second++) {
    now += 1_000
    await rates.look([camera])
  }
}

it('are old half a minute after they were seen last, and anew with what is seen then', async () => {
  expect([rates.of(camera, 0), rates.isOld(camera, 0)]).toEqual([undefined, false])
  await look(400_000, 1)
  expect(rates.of(camera, 0)).toBe(400_000)
  await look(0, 30)
  expect([rates.of(camera, 0), rates.isOld(camera, 0)]).toEqual([400_000, false])
  await look(0, 1)
  expect([rates.of(camera, 0), rates.isOld(camera, 0)]).toEqual([400_000, true])
  await look(60_000, 1)
  expect([rates.of(camera, 0), rates.isOld(camera, 0)]).toEqual([60_000, false])
})

it('of what flows are of some seconds together', async () => {
  await look(400_000, 1)
  await look(0, 20)
  await look(60_000, 1)
  expect(rates.of(camera, 0)).toBeGreaterThan(60_000)
  await look(60_000, 10)
  expect(rates.of(camera, 0)).toBeCloseTo(60_000, -2)
})
