import { describe, expect, it } from 'vitest'
import { LinkBudget } from './link-budget.ts'

/** A link that takes so much; what is sent beyond is lost. */
class Link {
  readonly budget = new LinkBudget()
  readonly takes: number
  readonly wanted: number
  lossSeconds = 0

  constructor(takes: number, wanted: number) {
    this.takes = takes
    this.wanted = wanted
  }

  second(): number {
    const sent = Math.min(this.wanted, this.budget.limit ?? Infinity)
    const loss = Math.max(0, 1 - this.takes / sent)
    if (loss > 0.03) this.lossSeconds += 1
    this.budget.judge({ sent, loss, wanted: this.wanted })
    return sent
  }
}

describe('the budget of a link', () => {
  it('is none while nothing is lost', () => {
    const link = new Link(2_000_000, 800_000)
    for (let n = 0; n < 30; n++) link.second()
    expect(link.budget.limit).toBeNull()
  })

  it('falls under what the link takes within a second when much is lost', () => {
    const link = new Link(200_000, 800_000)
    link.second()
    expect(link.budget.limit).toBeLessThan(200_000)
  })

  it('keeps the loss rare although it tries again and again', () => {
    const link = new Link(200_000, 800_000)
    for (let n = 0; n < 300; n++) link.second()
    expect(link.lossSeconds).toBeLessThan(25)
  })

  it('is as before when the link was away as a whole', () => {
    const budget = new LinkBudget()
    budget.judge({ sent: 800_000, loss: 0.6, wanted: 800_000 })
    expect(budget.limit).toBeLessThan(400_000)
    budget.forgive()
    expect(budget.limit).toBeNull()
    budget.judge({ sent: 800_000, loss: 0.6, wanted: 800_000 })
    expect(budget.limit).toBeNull()
  })

  it('stays what it was before the link was away', () => {
    const link = new Link(200_000, 800_000)
    for (let n = 0; n < 60; n++) link.second()
    const before = link.budget.limit!
    link.budget.judge({ sent: 200_000, loss: 0.9, wanted: 800_000 })
    link.budget.forgive()
    expect(link.budget.limit).toBeLessThanOrEqual(before)
    expect(link.budget.limit).toBeGreaterThan(before / 2)
  })

  it('is lifted when the link has become wide', () => {
    const budget = new LinkBudget()
    budget.judge({ sent: 800_000, loss: 0.7, wanted: 800_000 })
    for (let n = 0; n < 60; n++) budget.judge({ sent: 100_000, loss: 0, wanted: 800_000 })
    expect(budget.limit).toBeNull()
  })

  it('does not fall for a single second of little loss', () => {
    const budget = new LinkBudget()
    budget.judge({ sent: 800_000, loss: 0.08, wanted: 800_000 })
    budget.judge({ sent: 800_000, loss: 0, wanted: 800_000 })
    expect(budget.limit).toBeNull()
  })

  it('is lifted after an outage although a little loss stays, which is the link’s own', () => {
    const budget = new LinkBudget()
    const second = (loss: number) =>
      budget.judge({ sent: Math.min(800_000, budget.limit ?? Infinity), loss, wanted: 800_000 })
    for (let n = 0; n < 4; n++) second(0.9)
    expect(budget.limit).toBe(64_000)
    for (let n = 0; n < 60; n++) second(0.04)
    expect(budget.limit).toBeNull()
  })

  it('is lifted again when sending less does not lessen the loss', () => {
    const budget = new LinkBudget()
    const radio = () =>
      budget.judge({ sent: Math.min(800_000, budget.limit ?? Infinity), loss: 0.2, wanted: 800_000 })
    radio()
    expect(budget.limit).not.toBeNull()
    for (let n = 0; n < 20; n++) radio()
    expect(budget.limit).toBeNull()
    budget.judge({ sent: 800_000, loss: 0.6, wanted: 800_000 })
    expect(budget.limit).toBeLessThan(300_000)
  })
})
