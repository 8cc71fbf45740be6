import type { types } from 'mediasoup'
import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Downlink } from './downlink.ts'

/** A link whose transport says what it was told to keep to. */
function link() {
  const observer = new EventEmitter()
  const told: [string, number][] = []
  const tell = (what: string) => (bits: number) => Promise.resolve(void told.push([what, bits]))
  const transport = {
    observer,
    closed: false,
    setMinOutgoingBitrate: tell('at least'),
    setMaxOutgoingBitrate: tell('at most'),
  }
  const downlink = new Downlink(transport as unknown as types.WebRtcTransport) // all that it uses here
  return { downlink, told, become: (state: types.IceState) => observer.emit('icestatechange', state) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('has room for pictures as soon as a lost link is back, and for what really arrives soon after', async () => {
  const { told, become } = link()
  become('disconnected')
  expect(told).toEqual([])
  become('connected')
  become('completed')
  expect(told).toEqual([['at least', 300_000]])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told.slice(1)).toEqual([['at least', 0]])
})

it('leaves a new link to itself', async () => {
  const { told, become } = link()
  become('connected')
  become('completed')
  await vi.advanceTimersByTimeAsync(2_000)
  expect(told).toEqual([])
})

it('forces no more on a link that is back than it took before', async () => {
  const { downlink, told, become } = link()
  await downlink.setRoom({ most: 90_000, least: 0 })
  become('disconnected')
  become('connected')
  expect(told.at(-1)).toEqual(['at least', 90_000])
})

it('forces no more on it than it turns out to take meanwhile', async () => {
  const { downlink, told, become } = link()
  become('disconnected')
  become('connected')
  await downlink.setRoom({ most: 60_000, least: 0 })
  expect(told.slice(1)).toEqual([
    ['at least', 60_000],
    ['at most', 60_000],
  ])
})
