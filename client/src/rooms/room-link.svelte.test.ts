import type { Receiving } from '@peerlearn/contract/links'
import { expect, it } from 'vitest'
import { RoomLink } from './room-link.svelte.ts'

const joined = (usedBytes: number) => {
  const receiving: Receiving = {
    wanted: 'full',
    mode: 'full',
    reason: 'chosen',
    budgetBytes: null,
    usedBytes,
  }
  return { receiving, codecs: [], links: [] } as unknown as Parameters<RoomLink['join']>[0] // the rest is not looked at
}
const counted = (link: RoomLink, bytes: number) => (link.meter = { bytes, perHour: 0 })

it('counts the data of a class on, for who left it and came back', () => {
  const link = new RoomLink()
  link.join(joined(15_000))
  counted(link, 400)
  expect(link.usedBytes).toBe(15_400)
})

it('counts nothing twice when the line to the server was away', () => {
  const link = new RoomLink()
  link.join(joined(15_000))
  counted(link, 5_000)
  link.join(joined(19_800))
  counted(link, 6_000)
  expect(link.usedBytes).toBe(21_000)
})

it('believes a server that counted more', () => {
  const link = new RoomLink()
  link.join(joined(0))
  counted(link, 100)
  link.receiving = { ...joined(900).receiving }
  expect(link.usedBytes).toBe(900)
})
