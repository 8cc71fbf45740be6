/** Ten thousand wrong bodies and a minute of wrong packets: nothing dies of them, and a class beside them feels nothing. */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startProduct, type Product } from '../../client/e2e/product.ts'
import { LightClass } from '../../loadtest/class.ts'
import type { ServerEnd } from '../../sfu/test/server-end.ts'
import { mutatedBodies, mutatedPackets } from '../attacks.ts'
import { openControl } from '../control.ts'
import { seeded } from '../mutate.ts'

let product: Product
let control: ServerEnd
let room: LightClass

beforeAll(async () => {
  product = await startProduct({ env: { SFU_WORKERS: '1' } })
  const { url, demo } = product
  const wish = { publish: 3, tiles: 9, turn: false, decryptOneIn: 2, screen: false, believed: false }
  room = await LightClass.make({ url, admin: demo.admin, people: 6, ...wish })
  await room.join()
  control = await openControl(product)
})
afterAll(async () => {
  control?.ws.close()
  await room?.close()
  await product?.stop()
})
beforeEach(() => {
  for (const { reception } of room.people) reception.reset()
})

const parts = ['server/src/main.ts', 'sfu/src/main.ts', 'mediasoup-worker']
const pids = () => parts.map((part) => product.pids(part))

/** FAULTS_SEED repeats a run. */
function seed(): number {
  const value = Number(process.env['FAULTS_SEED'] ?? Date.now() % 2 ** 32)
  console.log(`FIGURE seed: FAULTS_SEED=${value}`)
  return value
}

function unharmed(before: number[][]): void {
  expect(pids()).toEqual(before)
  for (const { reception, connected, joins } of room.people) {
    expect(reception.received).toMatchObject({ freezes: 0, lost: 0 })
    expect(reception.received.packets).toBeGreaterThan(100)
    expect({ connected, joins }).toEqual({ connected: true, joins: 1 })
  }
}

it('answers ten thousand mutated bodies, and nobody is harmed', async () => {
  const before = pids()
  const answers = await mutatedBodies(control, seeded(seed()), 10_000)
  console.log(`FIGURE mutated bodies: ${answers.taken} taken, ${answers.refused} refused`)
  expect(answers.faults).toEqual([])
  expect(answers.taken + answers.refused).toBe(10_000)
  expect(answers.refused).toBeGreaterThan(5_000)
  unharmed(before)
})

it('goes on under a minute of mutated packets at the worker’s port', async () => {
  const before = pids()
  console.log(`FIGURE mutated packets: ${await mutatedPackets(control, seeded(seed()), 60_000)}`)
  unharmed(before)
})
