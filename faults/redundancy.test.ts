/** A voice on a bad link comes in RED, and plainly again when the link is good. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../client/e2e/person.ts'
import { keeps } from './figures.ts'
import { heardAs, talking } from './redundancy.ts'
import { ThinClass } from './thin-class.ts'
import { soundGap } from './watch.ts'

let thin: ThinClass

beforeAll(async () => {
  thin = await ThinClass.open([])
})
afterAll(() => thin?.close())

it('is heard in RED while much is lost both ways, and without a gap on the way there and back', async () => {
  const { speaker, listener, leave } = await talking(thin)
  expect(await heardAs(listener.page)).toBe('opus')
  await thin.hosts.fault('both', { loss: 25 })
  const began = Date.now()
  await until('it is heard in RED', async () => (await heardAs(listener.page)) === 'red', 40)
  await thin.hosts.fault('both', { loss: 0 })
  await until('it is heard plainly', async () => (await heardAs(listener.page)) === 'opus', 80)
  keeps('gap of sound there and back', [await soundGap(listener.page, began)], 1_000)
  for (const { problems } of [speaker, listener]) expect(problems).toEqual([])
  await leave()
})
