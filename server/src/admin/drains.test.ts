import { expect, test } from 'vitest'
import { Drains } from './drains.ts'
import type { NodeNow } from './measured.ts'
import { Roster } from './roster.ts'

const peer = {
  roomId: 'r',
  peerId: 'p',
  bytesIn: 0,
  bytesOut: 0,
  consumers: 0,
  rttMs: null,
  lossIn: null,
  lossOut: null,
  availableOut: null,
  protocol: null,
}

const until = new Date(120_000).toISOString()
const node = (people: number, draining = true): NodeNow => ({
  nodeId: 'sfu-1',
  up: true,
  stats: {
    node: {
      nodeId: 'sfu-1',
      url: 'ws://sfu-1',
      region: '',
      draining,
      until: draining ? until : null,
      load: 0.1,
    },
    workers: [],
    rooms: [],
    peers: Array.from({ length: people }, () => peer),
  },
})

test('an emptying tells how many it began with, how many are left, and when it is stuck', () => {
  const drains = new Drains()
  expect(drains.note([node(9)], 0).get('sfu-1')).toMatchObject({
    peopleAtFirst: 9,
    people: 9,
    blocked: false,
  })
  expect(drains.note([node(4)], 10_000).get('sfu-1')).toMatchObject({ peopleAtFirst: 9, people: 4 })
  expect(drains.note([node(4)], 39_000).get('sfu-1')).toMatchObject({ blocked: false })
  expect(drains.note([node(4)], 40_000).get('sfu-1')).toMatchObject({ blocked: true })
  expect(drains.note([node(0)], 41_000).get('sfu-1')).toMatchObject({ people: 0, blocked: false })
  expect(drains.note([node(0, false)], 42_000)).toEqual(new Map())
})

test('an emptying is over at its deadline: it has failed while people are left, and not once they have gone', () => {
  const drains = new Drains()
  expect(drains.note([node(9)], 0).get('sfu-1')).toMatchObject({ until, failed: false })
  expect(drains.note([node(4)], 119_000).get('sfu-1')).toMatchObject({ failed: false })
  expect(drains.note([node(4)], 120_000).get('sfu-1')).toMatchObject({ people: 4, failed: true })
  expect(drains.note([node(0)], 121_000).get('sfu-1')).toMatchObject({ failed: false })
})

test('a node that goes without a word is missed; one that was emptied is not', () => {
  const roster = new Roster()
  roster.note([node(3, false)], 0)
  expect(roster.note([], 1)).toMatchObject([{ nodeId: 'sfu-1', up: false }])
  roster.note([node(0)], 2)
  expect(roster.note([], 3)).toEqual([])
})

test('a node that came back under another name is not missed for ever', () => {
  const roster = new Roster()
  roster.note([node(3, false)], 0)
  const renamed = { ...node(3, false), nodeId: 'sfu-2' }
  expect(roster.note([renamed], 3_500_000).map(({ nodeId, up }) => [nodeId, up])).toEqual([
    ['sfu-2', true],
    ['sfu-1', false],
  ])
  expect(roster.note([renamed], 3_700_000).map(({ nodeId }) => nodeId)).toEqual(['sfu-2'])
})
