import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { RoomCodecs } from './room-codecs.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('lets nothing go on in what somebody can’t decode, and changes to better only after a while', () => {
  const changed = vi.fn()
  const codecs = new RoomCodecs(changed)
  codecs.speak(['video/VP8', 'video/VP9'])
  expect(codecs.mayStay('video/VP8', 'video/VP9')).toBe(true)
  vi.advanceTimersByTime(45_000)
  expect(changed).toHaveBeenCalledTimes(2)
  expect(codecs.mayStay('video/VP8', 'video/VP9')).toBe(false)
  expect(codecs.mayStay('video/VP9', 'video/VP9')).toBe(true)
  codecs.speak(['video/VP8'])
  expect(codecs.mayStay('video/VP9', 'video/VP8')).toBe(false)
})

it('changes to nothing better while somebody comes and goes', () => {
  const changed = vi.fn()
  const codecs = new RoomCodecs(changed)
  for (let round = 0; round < 5; round++) {
    codecs.speak(['video/VP8', 'video/VP9'])
    vi.advanceTimersByTime(20_000)
    expect(codecs.mayStay('video/VP8', 'video/VP9')).toBe(true)
    codecs.speak(['video/VP8'])
    vi.advanceTimersByTime(20_000)
  }
  // The same once more, as after a lost socket, begins nothing anew.
  codecs.speak(['video/VP8'])
  expect(changed).toHaveBeenCalledTimes(10)
})

it('changes nothing after it was closed', () => {
  const changed = vi.fn()
  const codecs = new RoomCodecs(changed)
  codecs.speak(['video/VP8', 'video/VP9'])
  codecs.close()
  vi.advanceTimersByTime(60_000)
  expect(changed).toHaveBeenCalledTimes(1)
})
