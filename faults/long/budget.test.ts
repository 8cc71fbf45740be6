/** A budget for a class is kept: not exceeded, and not wasted where more is wanted. A whole class, as short as one can be. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startProduct, type Product } from '../../client/e2e/product.ts'
import { LightClass } from '../../loadtest/class.ts'

const minutes = 5
const budgetBytes = 12_000_000

let product: Product
let room: LightClass

beforeAll(async () => {
  product = await startProduct({ env: { TRUST_PROXY: '1' } })
  const wish = { publish: 8, tiles: 9, turn: false, decryptOneIn: 0, screen: false, believed: true, minutes }
  room = await LightClass.make({ url: product.url, admin: product.demo.admin, people: 10, ...wish })
  await room.join()
})
afterAll(async () => {
  await room?.close()
  await product?.stop()
})

it('takes what was allowed to the end of the class, within five per cent', async () => {
  const [saving, free] = room.learners.slice(-2)
  const end = Date.now() + minutes * 60_000 - 5_000 // the room was opened some seconds ago
  const receive = () => saving!.request('receive.set', { mode: 'full', budgetBytes })
  const { usedBytes: before } = await receive()
  for (const { reception } of [saving!, free!]) reception.reset()
  await sleep(end - Date.now())
  const used = before + saving!.reception.received.bytes
  const without = free!.reception.received.bytes
  console.log(
    `FIGURE budget of ${budgetBytes} B: ${used} used (${((used / budgetBytes) * 100).toFixed(1)} %), without one ${without}`,
  )
  expect(without).toBeGreaterThan(budgetBytes * 1.2) // or there was nothing to keep
  expect(used / budgetBytes).toBeLessThanOrEqual(1.05)
  expect(used / budgetBytes).toBeGreaterThanOrEqual(0.95)
})
