import { describe, expect, it } from 'vitest'
import { connectionOf, Weakness } from './connection.ts'

describe('a peer’s connection', () => {
  it.each([
    ['connecting', ['unused', 'unused']],
    ['connecting', ['starting', 'unused']],
    ['connected', ['up', 'unused']],
    ['connected', ['up', 'starting']],
    ['reconnecting', ['up', 'down']],
    ['reconnecting', ['down', 'unused']],
  ] as const)('is %s when its transports are %j', (connection, paths) => {
    expect(connectionOf([...paths], true, false)).toBe(connection)
  })

  it('is weak only while it is up', () => {
    expect(connectionOf(['up', 'up'], true, true)).toBe('weak')
    expect(connectionOf(['up', 'down'], true, true)).toBe('reconnecting')
  })

  it('is reconnecting while no server speaks for it', () => {
    expect(connectionOf(['up', 'up'], false, false)).toBe('reconnecting')
  })
})

describe('a weak link', () => {
  const changes = (scores: (number | undefined)[]) => {
    const weakness = new Weakness()
    return scores.map((score) => weakness.judge(score))
  }

  it('is told after two bad seconds and not after one', () => {
    expect(changes([10, 3, 10, 3, 3])).toEqual([false, false, false, false, true])
  })

  it('is taken back after four good seconds in a row', () => {
    expect(changes([3, 3, 9, 9, 9, 3, 9, 9, 9, 9])).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
      true,
    ])
  })

  it('is not one through which nothing flows', () => {
    expect(changes([undefined, undefined, undefined])).not.toContain(true)
  })
})
