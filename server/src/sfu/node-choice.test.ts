import { expect, test } from 'vitest'
import { leastLoaded, RecentPlacements } from './node-choice.ts'

const node = (
  nodeId: string,
  load: number,
  more: { region?: string; draining?: boolean; up?: boolean } = {},
) => {
  const { region = '', draining = false, up = true } = more
  return { nodeId, up, info: { nodeId, url: 'ws://x', region, draining, until: null, load } }
}
const none = new RecentPlacements()

test('the least loaded node takes people; one that is away, full or being emptied does not', () => {
  const able = [node('busy', 0.7), node('calm', 0.2)]
  const others = [node('away', 0, { up: false }), node('full', 1), node('going', 0, { draining: true })]
  expect(leastLoaded([...others, ...able], none)?.nodeId).toBe('calm')
  expect(leastLoaded(others, none)).toBe(undefined)
})

test('a node near by goes before a calmer one far away, unless it is full', () => {
  const far = node('far', 0.1, { region: 'paris' })
  expect(leastLoaded([far, node('near', 0.6, { region: 'mumbai' })], none, 'mumbai')?.nodeId).toBe('near')
  expect(leastLoaded([far, node('near', 1, { region: 'mumbai' })], none, 'mumbai')?.nodeId).toBe('far')
})

test('a crowd that comes before nodes tell their load anew is spread', () => {
  const recent = new RecentPlacements()
  const nodes = [node('one', 0.1), node('two', 0.1)]
  for (let i = 0; i < 100; i++) recent.placed(leastLoaded(nodes, recent)!.nodeId)
  expect([recent.of('one'), recent.of('two')]).toEqual([50, 50])
  recent.measured('one')
  expect(recent.of('one')).toBe(0)
})
