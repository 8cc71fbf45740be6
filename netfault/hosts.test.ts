/** The cable does to packets what it is asked for: every figure that a fault test measures stands on this. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { goodCable, makeHosts, type Fault, type Host, type Hosts } from './hosts.ts'
import type { Arrived } from './probe.ts'

let hosts: Hosts

beforeAll(async () => {
  hosts = await makeHosts()
})
beforeEach(() => hosts.fault('both', goodCable))
afterAll(() => hosts?.close())

const inside = (host: Host, ...words: string[]) =>
  spawn('ip', ['netns', 'exec', host.name, process.execPath, join(import.meta.dirname, 'probe.ts'), ...words])

/** Sends from a to b under this fault. */
async function sent(fault: Fault, count: number, bytes: number, aSecond: number): Promise<Arrived> {
  await hosts.fault('ab', fault)
  const listener = inside(hosts.b, 'listen', '5999')
  const lines = createInterface(listener.stdout)[Symbol.asyncIterator]()
  await lines.next()
  await once(inside(hosts.a, 'send', hosts.b.address, '5999', ...[count, bytes, aSecond].map(String)), 'exit')
  const { value } = (await lines.next()) as { value: string } // a line of text
  return JSON.parse(value) as Arrived // the probe's own words
}

it('carries everything when nothing is asked for', async () => {
  expect(await sent({}, 500, 200, 500)).toMatchObject({ packets: 500, twice: 0, overtook: 0 })
})

it('delays by what is asked for, both ways', async () => {
  const { middle } = await sent({ delay: 80, jitter: 10 }, 300, 200, 300)
  expect(middle).toBeGreaterThan(75)
  expect(middle).toBeLessThan(95)
})

it('loses a share of the packets, and all of them in a blackout', async () => {
  const { packets } = await sent({ loss: 30 }, 2_000, 100, 2_000)
  expect(packets / 2_000).toBeGreaterThan(0.65)
  expect(packets / 2_000).toBeLessThan(0.75)
  const before = (await hosts.counts()).ab
  await hosts.fault('both', { loss: 100 })
  await once(inside(hosts.a, 'send', hosts.b.address, '5998', '50', '100', '500'), 'exit')
  const after = (await hosts.counts()).ab
  expect(after.given).toBe(before.given)
  expect(after.lost).toBeGreaterThanOrEqual(before.lost + 50)
})

it('is as narrow as it is asked to be', async () => {
  const { kbits } = await sent({ rate: 200, queue: 10_000 }, 400, 500, 100)
  expect(kbits).toBeGreaterThan(185)
  expect(kbits).toBeLessThan(215)
})

it('lets packets overtake and come twice', async () => {
  const { overtook, twice } = await sent({ delay: 30, reorder: 10, dup: 10 }, 1_000, 100, 1_000)
  expect(overtook).toBeGreaterThan(30)
  expect(twice).toBeGreaterThan(50)
})

it('builds a wall against UDP, and takes it away', async () => {
  const gotOut = async () => {
    const before = (await hosts.counts()).ba.taken
    await once(inside(hosts.b, 'send', hosts.a.address, '5997', '20', '100', '500'), 'exit')
    return (await hosts.counts()).ba.taken - before
  }
  hosts.wall('meta l4proto udp drop')
  expect(await gotOut()).toBe(0)
  hosts.wall()
  expect(await gotOut()).toBeGreaterThanOrEqual(20)
})

it('gives a host another address, which works', async () => {
  const before = hosts.b.address
  hosts.changeAddress()
  expect(hosts.b.address).not.toBe(before)
  expect((await sent({}, 50, 100, 500)).packets).toBe(50)
})

it('leaves nothing behind', async () => {
  const other = await makeHosts()
  await other.close()
  expect(existsSync(`/run/netns/${other.a.name}`)).toBe(false)
  expect(existsSync(`/run/netns/${other.b.name}`)).toBe(false)
})
