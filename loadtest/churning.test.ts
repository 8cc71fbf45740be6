/** So many a second as asked for leave and come back, also where each takes long; and what was not reached is said. */
import { beforeEach, expect, it } from 'vitest'
import { Churning } from './churning.ts'

/** Those who have left and are not back. */
let away: PromiseWithResolvers<boolean>[]
const room = {
  churn: () => {
    const one = Promise.withResolvers<boolean>()
    away.push(one)
    return one.promise
  },
}
const allBack = () => away.splice(0).forEach(({ resolve }) => resolve(true))

beforeEach(() => {
  away = []
})

it('lets them leave side by side, when their time has come', async () => {
  const churning = new Churning([room], 10)
  churning.keepUp(0.05)
  expect(away).toHaveLength(0)
  churning.keepUp(1)
  expect(away).toHaveLength(10)
  allBack()
  await churning.settle()
  churning.keepUp(1.5)
  expect(away).toHaveLength(5)
  allBack()
  await churning.settle()
  expect([churning.due, churning.done]).toEqual([15, 15])
})

it('has no more on their way than it may, and tells how many came of those that were asked for', async () => {
  const churning = new Churning([room], 100)
  churning.keepUp(1)
  churning.keepUp(2)
  expect(away).toHaveLength(40)
  allBack()
  await churning.settle()
  expect([churning.due, churning.done]).toEqual([200, 40])
})

it('counts nobody where all are on their way already, and asks again', async () => {
  const churning = new Churning([{ churn: () => Promise.resolve(false) }, room], 2)
  churning.keepUp(1)
  allBack()
  await churning.settle()
  expect(churning.done).toBe(1)
  churning.keepUp(1)
  expect(away).toHaveLength(0)
  await churning.settle()
  churning.keepUp(1)
  expect(away).toHaveLength(1)
  allBack()
  await churning.settle()
  expect(churning.done).toBe(2)
})

it('ends the measurement with what somebody could not do', async () => {
  const refused = { churn: () => Promise.reject(new Error('The room is full.')) }
  const churning = new Churning([refused], 1)
  churning.keepUp(1)
  await expect(churning.settle()).rejects.toThrow('full')
  expect(() => churning.keepUp(2)).toThrow('full')
})
