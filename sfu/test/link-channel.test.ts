/** The channel from one node to another, which tells nothing while it is busy measuring, or has nothing to tell. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Control } from '../src/control.ts'
import { LinkChannel } from '../src/link-channel.ts'
import { makeLog } from '../src/log.ts'
import { secret } from './media-node.ts'
import { until } from './until.ts'

const log = makeLog('silent')
let other: Control
let channel: LinkChannel

beforeAll(async () => {
  const handle = () => Promise.resolve({})
  other = new Control({ secret, nodeId: 'other', handle, isReady: () => true, onGone: () => undefined, log })
  const port = await other.listen({ host: '127.0.0.1', port: 0 })
  channel = new LinkChannel(`ws://127.0.0.1:${port}`, secret, log)
})
afterAll(() => {
  channel.close()
  other.close()
})

it('stays open while the other node lives, though it says no word', async () => {
  let lost = 0
  const ignore = () => undefined
  channel.users.add({ roomId: 'a', up: ignore, heard: ignore, down: () => (lost += 1) })
  await until('it is open', () => channel.up)
  await sleep(7_000) // longer than a node may be silent
  expect([channel.up, lost]).toEqual([true, 0])
}, 20_000)
