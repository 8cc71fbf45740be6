import fc from 'fast-check'
import { expect, test } from 'vitest'
import { feeBackOf, feeOf } from './split.ts'

const gross = fc.integer({ min: 1, max: 10_000_000 })
const basisPoints = fc.integer({ min: 0, max: 10_000 })

test('fee and mentor’s part add up to what was paid, and neither is negative', () => {
  fc.assert(
    fc.property(gross, basisPoints, (grossPaise, points) => {
      const fee = feeOf(grossPaise, points)
      expect(Number.isInteger(fee)).toBe(true)
      expect(fee).toBeGreaterThanOrEqual(0)
      expect(fee).toBeLessThanOrEqual(grossPaise)
      // Less than a paisa of the exact share, for the mentor.
      expect((grossPaise * points) / 10_000 - fee).toBeLessThan(1)
    }),
  )
})

test('in whatever parts it goes back, the mentor never owes more than they got, and in the end exactly that', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 3_000_000 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(gross, basisPoints, parts, (grossPaise, points, wishes) => {
      const feePaise = feeOf(grossPaise, points)
      let back = 0
      let feeBack = 0
      let owed = 0
      for (const wish of [...wishes, grossPaise]) {
        const part = Math.min(wish, grossPaise - back)
        back += part
        const now = feeBackOf({ grossPaise, feePaise }, back)
        expect(now).toBeGreaterThanOrEqual(feeBack)
        owed += part - (now - feeBack)
        feeBack = now
        expect(owed).toBe(back - feeBack)
        expect(owed).toBeGreaterThanOrEqual(0)
        expect(owed).toBeLessThanOrEqual(grossPaise - feePaise)
      }
      expect([back, feeBack, owed]).toEqual([grossPaise, feePaise, grossPaise - feePaise])
    }),
  )
})
