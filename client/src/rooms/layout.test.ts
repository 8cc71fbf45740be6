import { describe, expect, it } from 'vitest'
import { arrangeGrid, arrangeStage, fit, grid } from './layout.ts'
import type { Rect, Size } from './layout.ts'

const desktop = { width: 1264, height: 620 }
const phone = { width: 374, height: 620 }
const counts = [1, 2, 3, 4, 5, 6, 7, 9, 12, 16, 25]

const inside = (rect: Rect, area: Size) =>
  rect.left >= 0 &&
  rect.top >= 0 &&
  rect.left + rect.width <= area.width + 1 &&
  rect.top + rect.height <= area.height + 1

const overlap = (a: Rect, b: Rect) =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height

const shown = (rects: (Rect | null)[]) => rects.filter((rect) => rect !== null)

describe('the grid', () => {
  it.each(counts)(
    'keeps %i tiles inside the window, apart from each other and never narrower than 4:3',
    (n) => {
      for (const area of [desktop, phone, { width: 900, height: 900 }]) {
        const rects = grid(area, n)
        expect(rects).toHaveLength(n)
        for (const rect of rects) {
          expect(inside(rect, area)).toBe(true)
          const shape = rect.width / rect.height
          expect(shape).toBeGreaterThan(4 / 3 - 0.05)
          expect(shape).toBeLessThan(16 / 9 + 0.05)
        }
        rects.forEach((a, i) => rects.slice(i + 1).forEach((b) => expect(overlap(a, b)).toBe(false)))
      }
    },
  )

  it('puts two people side by side on a desktop and one above the other on a phone', () => {
    const [a, b] = grid(desktop, 2)
    expect(a?.top).toBe(b?.top)
    const [c, d] = grid(phone, 2)
    expect(c?.left).toBe(d?.left)
  })

  it('fills the window: five people use more than half of it', () => {
    const used = grid(desktop, 5).reduce((sum, rect) => sum + rect.width * rect.height, 0)
    expect(used / (desktop.width * desktop.height)).toBeGreaterThan(0.5)
  })

  it('centres an incomplete last row', () => {
    const rects = grid(desktop, 5)
    const last = rects.filter((rect) => rect.top === rects[4]?.top)
    const left = last[0]?.left ?? 0
    const end = (last.at(-1)?.left ?? 0) + (last.at(-1)?.width ?? 0)
    expect(Math.abs(left - (desktop.width - end))).toBeLessThanOrEqual(3)
  })

  it('shows six on a phone and the rest on further pages', () => {
    const first = arrangeGrid(phone, 14, 0)
    expect(first.pages).toBe(3)
    expect(shown(first.rects)).toHaveLength(6)
    const last = arrangeGrid(phone, 14, 2)
    expect(shown(last.rects)).toHaveLength(2)
    expect(last.rects[13]).not.toBeNull()
  })

  it('goes back to a page that exists when people have left', () => {
    expect(arrangeGrid(phone, 5, 2).page).toBe(0)
  })

  it('draws nothing for nobody, and nothing before the window is measured', () => {
    expect(grid(desktop, 0)).toEqual([])
    expect(grid({ width: 0, height: 0 }, 3)).toEqual([])
  })
})

describe('the stage', () => {
  it.each(counts)('gives one of %i tiles most of the window and cuts no other', (n) => {
    for (const area of [desktop, phone]) {
      const { rects } = arrangeStage(area, n, n - 1)
      const large = rects[n - 1] as Rect
      expect((large.width * large.height) / (area.width * area.height)).toBeGreaterThan(0.6)
      const all = shown(rects)
      for (const rect of all) expect(inside(rect, area)).toBe(true)
      all.forEach((a, i) => all.slice(i + 1).forEach((b) => expect(overlap(a, b)).toBe(false)))
    }
  })

  it('puts the strip beside on a desktop and below on a phone', () => {
    expect(arrangeStage(desktop, 3, 0).rects[1]?.left).toBeGreaterThan(900)
    expect(arrangeStage(phone, 3, 0).rects[1]?.top).toBeGreaterThan(400)
  })

  it('shows three faces below a screen on a phone', () => {
    expect(shown(arrangeStage(phone, 7, 0).rects)).toHaveLength(4)
  })

  it('pages the strip', () => {
    const first = arrangeStage(phone, 13, 0)
    expect(first.pages).toBeGreaterThan(1)
    const all = Array.from({ length: first.pages }, (_, page) => arrangeStage(phone, 13, 0, page))
    for (let i = 1; i < 13; i++) expect(all.filter(({ rects }) => rects[i]).length).toBe(1)
  })
})

describe('a picture in its box', () => {
  it('fills the box when a face keeps at least 4:3', () => {
    expect(fit({ width: 1280, height: 720 }, { width: 400, height: 300 }, false)).toBe('cover')
    expect(fit({ width: 640, height: 480 }, { width: 1600, height: 900 }, false)).toBe('cover')
  })

  it('is whole when it comes from a phone held upright, and when it is a screen', () => {
    expect(fit({ width: 720, height: 1280 }, { width: 400, height: 300 }, false)).toBe('contain')
    expect(fit({ width: 1920, height: 1080 }, { width: 400, height: 300 }, true)).toBe('contain')
  })
})
