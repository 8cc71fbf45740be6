import type { Tile } from '@peerlearn/contract/media'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ViewReport } from './view-report.ts'

class Observer {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('ResizeObserver', Observer)
  vi.stubGlobal('IntersectionObserver', Observer)
  vi.stubGlobal('document', new EventTarget())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** What is asked for a picture of 320 by 180 CSS pixels on such a screen. */
function asked(devicePixelRatio: number): Tile[] {
  vi.stubGlobal('devicePixelRatio', devicePixelRatio)
  let told: Tile[] = []
  const report = new ViewReport(
    (tiles) => (told = tiles),
    () => 0,
  )
  const tile = { getBoundingClientRect: () => ({ width: 320, height: 180 }) } as Element
  report.watch(['camera'])(tile)
  vi.advanceTimersByTime(200)
  report.close()
  return told
}

it.each([
  [1, 320, 180],
  [1.5, 480, 270],
  [2, 640, 360],
])('asks for as many pixels as the screen has: at a ratio of %s, %s × %s', (ratio, width, height) => {
  expect(asked(ratio)).toMatchObject([{ producerId: 'camera', width, height }])
})
