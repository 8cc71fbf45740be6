import { receiveCeiling, receiveMode, type ReceiveMode } from '@peerlearn/contract/media'
import { describe, expect, it } from 'vitest'
import { isAbove, keepBudget, unlimited, type BudgetState } from './budget.ts'
import { ModeRates } from './mode-rates.ts'

interface Class {
  budget: number
  minutes: number
  wanted?: ReceiveMode
  upBits?: number
  /** Bits a second that the class would take without a limit, at this second. */
  demand?: (second: number) => number
  /** What the link makes of a limit: layers come in steps, and some is lost in repetition. */
  taken?: (limit: number, second: number) => number
}

interface Result {
  used: number
  changes: { at: number; mode: ReceiveMode }[]
}

const noise = (second: number) => Math.sin(second * 12.9898) * 0.5 + 0.5

/** Plays a class with a decision every two seconds. */
function play({ budget, minutes, wanted = 'full', upBits = 0, ...class_ }: Class): Result {
  const { demand = () => 1_200_000, taken = (limit: number) => limit } = class_
  let state: BudgetState = unlimited(wanted)
  let used = 0
  const changes: Result['changes'] = []
  const rates = new ModeRates()
  for (let second = 0; second < minutes * 60; second += 2) {
    const left = { bytesLeft: budget - used, secondsLeft: minutes * 60 - second }
    const input = { wanted, upBits: rates.upBits, measured: rates.measured, ...left }
    const next = keepBudget(state, { ...input, now: second * 1_000 + 1_000_000 })
    if (next.mode !== state.mode) changes.push({ at: second, mode: next.mode })
    state = next
    const ceiling = Math.min(receiveCeiling[state.mode] ?? Infinity, state.maxBitrate ?? Infinity)
    const bits = Math.min(demand(second), taken(ceiling, second))
    rates.take(state.mode, { up: (upBits * 2) / 8, down: (bits * 2) / 8, seconds: 2 })
    used += ((bits + upBits) * 2) / 8
  }
  return { used, changes }
}

const MB = 1_000_000
const within = ({ used }: Result, budget: number) => Math.abs(used - budget) / budget

describe('a budget for a class', () => {
  it.each([30, 45, 60, 100, 200, 400])('of %d MB is kept over an hour, to five in a hundred', (mb) => {
    expect(within(play({ budget: mb * MB, minutes: 60 }), mb * MB)).toBeLessThan(0.05)
  })

  it.each([5, 30, 90, 480])('is kept in a class of %d minutes', (minutes) => {
    const budget = ((minutes * 60 * 250_000) / 8) | 0
    expect(within(play({ budget, minutes }), budget)).toBeLessThan(0.05)
  })

  it('is kept when layers come in steps and links repeat what they lose', () => {
    const steps = [40_000, 90_000, 140_000, 280_000, 600_000, 1_500_000]
    const taken = (limit: number, second: number) =>
      (steps.findLast((s) => s <= limit) ?? 40_000) * (0.95 + 0.15 * noise(second))
    for (const mb of [45, 100, 200]) {
      expect(within(play({ budget: mb * MB, minutes: 60, taken }), mb * MB)).toBeLessThan(0.05)
    }
  })

  it('is kept when pictures come and go', () => {
    const demand = (second: number) => (Math.floor(second / 300) % 2 ? 1_500_000 : 60_000)
    expect(play({ budget: 80 * MB, minutes: 60, demand }).used).toBeLessThan(84 * MB)
  })

  it('counts what the person sends, which nobody takes from them', () => {
    const result = play({ budget: 200 * MB, minutes: 60, upBits: 200_000 })
    expect(within(result, 200 * MB)).toBeLessThan(0.05)
  })

  it('is not felt by a class that takes less', () => {
    const result = play({ budget: 100 * MB, minutes: 60, demand: () => 100_000 })
    expect(result.changes).toEqual([])
  })

  it('steps down within half a minute to what it can pay for, and to Voice when that is all', () => {
    const [slides] = play({ budget: 45 * MB, minutes: 60 }).changes
    const [voice] = play({ budget: 20 * MB, minutes: 60 }).changes
    expect([slides?.mode, voice?.mode]).toEqual(['slides', 'voice'])
    expect([slides!.at < 30, voice!.at]).toEqual([true, 0])
  })

  it('that even Voice does not keep is spent in Voice', () => {
    const { used, changes } = play({ budget: 5 * MB, minutes: 60 })
    expect(changes.map((c) => c.mode)).toEqual(['voice'])
    expect(used).toBeGreaterThan(5 * MB)
  })

  it('never takes the person above the mode they want', () => {
    const { changes } = play({ budget: 500 * MB, minutes: 60, wanted: 'slides' })
    expect(changes).toEqual([])
  })

  it('never steps up and down within half a minute, however the class jumps', () => {
    for (const period of [4, 10, 34, 62, 180]) {
      const demand = (second: number) => (Math.floor(second / period) % 2 ? 3_000_000 : 20_000)
      for (const mb of [30, 45, 70, 140, 300]) {
        const { changes } = play({ budget: mb * MB, minutes: 60, demand })
        let before: { at: number; mode: ReceiveMode; up: boolean } | undefined
        let mode: ReceiveMode = 'full'
        for (const change of changes) {
          const up = isAbove(change.mode, mode)
          if (before && before.up !== up) expect(change.at - before.at).toBeGreaterThanOrEqual(30)
          before = { ...change, up }
          mode = change.mode
        }
      }
    }
  })

  it('knows which mode takes more', () => {
    expect(receiveMode.options.filter((mode) => isAbove(mode, 'slides'))).toEqual(['full', 'saver'])
  })
})
