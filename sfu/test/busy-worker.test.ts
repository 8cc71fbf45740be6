/** A worker whose CPU is over its limit, as its probes measure it, takes nobody: a room goes on beside it, or the node is full. */
import { expect, it, onTestFinished } from 'vitest'
import type { WorkerSlot } from '../src/worker-slot.ts'
import { openSpreadRoom } from './spread-room.ts'
import { until } from './until.ts'

/** Keeps the worker's process busy until the test ends, or the answer is called. */
function busy(slot: WorkerSlot): () => void {
  let isOver = false
  const ask = async () => {
    while (!isOver && slot.up) await slot.dump()
  }
  for (let n = 0; n < 4; n++) ask().catch(() => undefined) // it ends with its node
  const end = () => void (isOver = true)
  onTestFinished(end)
  return end
}

it('fills no worker whose CPU is over the limit, says when all are, and takes people again when they rest', async () => {
  const { node, server, join, slotOf } = await openSpreadRoom(2, { SFU_MAX_PEERS: '50', SFU_MAX_CPU: '0.05' })
  const [one, two] = [await join(), await join()]
  const first = slotOf(one)
  expect(slotOf(two), 'a room stays together').toBe(first)
  const second = node.workers.slots.find((slot) => slot !== first)!

  const calms = busy(first)
  await until('its CPU is over the limit', () => first.steadyCpu >= 0.05)
  expect(first.peers, 'and nothing else is').toBe(2)
  const beside = await join()
  expect(slotOf(beside)).toBe(second)

  const rests = busy(second)
  await until('both are over', () => [first, second].every(({ steadyCpu }) => steadyCpu >= 0.05))
  await expect(join()).rejects.toMatchObject({ code: 'media-full' })
  await server.heard('node.stats', (stats) => stats.node.load === 1)

  calms()
  rests()
  await until('one has room again', () => node.workers.slots.some(({ hasRoom }) => hasRoom), 20_000)
  await join()
}, 60_000)
