import { describe, expect, test } from 'vitest'
import { inProcessBus } from '../bus.ts'
import { conditionsOf, endedIn, type Condition } from './conditions.ts'
import type { Measured } from './measured.ts'
import { news, Standing } from './standing.ts'
import { TurnTaking } from './turn-taking.ts'

type Node = Measured['nodes'][number]
type Worker = Node['workers'][number]

const worker = (cpu: number): Worker => ({
  pid: 7,
  cpu,
  memoryBytes: 0,
  rooms: 1,
  transports: 2,
  producers: 1,
  consumers: 1,
  pipes: 0,
  bitsIn: 0,
  bitsOut: 0,
  packetsIn: 0,
  packetsOut: 0,
})
const node = (wish: Partial<Node> = {}): Node => ({
  nodeId: 'sfu-1',
  up: true,
  region: '',
  load: 0.1,
  people: 0,
  headroom: null,
  draining: null,
  workers: [],
  ...wish,
})
const person = (way: 'udp' | 'turn-tcp' | null): Measured['people'][number] => ({
  peerId: 'p',
  sessionId: 's',
  nodeId: 'sfu-1',
  worker: 7,
  consumers: 0,
  bytesIn: 0,
  bytesOut: 0,
  rttMs: null,
  lossIn: null,
  lossOut: null,
  way,
})
const none = { joins: 0, failed: 0, p50Ms: null, p95Ms: null }
const measured = (wish: Partial<Measured> = {}): Measured => ({
  at: '2026-01-01T00:00:00.000Z',
  nodes: [],
  rooms: [],
  people: [],
  turnShare: null,
  reconnects: 0,
  ...none,
  recent: none,
  ...wish,
})
const keys = (conditions: Condition[]) => conditions.map(({ key }) => key)
const judged = (wish: Partial<Measured>) => keys(conditionsOf(measured(wish)))

describe('an admin is told', () => {
  test('of a worker that has no CPU left', () => {
    expect(judged({ nodes: [node({ workers: [worker(0.86)] })] })).toEqual(['worker-hot sfu-1 7'])
    expect(judged({ nodes: [node({ workers: [worker(0.85)] })] })).toEqual([])
  })

  test('of a node that is gone', () => {
    expect(judged({ nodes: [node({ up: false })] })).toEqual(['node-lost sfu-1'])
  })

  test('of slow joins, when there are enough to judge by', () => {
    const slow = { failed: 0, p50Ms: 900, p95Ms: 3_001 }
    expect(judged({ recent: { joins: 10, ...slow } })).toEqual(['joins-slow'])
    expect(judged({ recent: { joins: 9, ...slow } })).toEqual([])
    expect(judged({ recent: { joins: 10, ...slow, p95Ms: 3_000 } })).toEqual([])
  })

  test('of many people on TURN, when their ways are known', () => {
    const people = (turn: number, direct: number, unknown: number) => [
      ...Array.from({ length: turn }, () => person('turn-tcp')),
      ...Array.from({ length: direct }, () => person('udp')),
      ...Array.from({ length: unknown }, () => person(null)),
    ]
    expect(judged({ people: people(6, 4, 0), turnShare: 0.6 })).toEqual(['turn-high'])
    expect(judged({ people: people(5, 5, 0), turnShare: 0.5 })).toEqual([])
    expect(judged({ people: people(6, 3, 9), turnShare: 0.67 })).toEqual([])
  })

  const draining = {
    since: '2026-01-01T00:00:00.000Z',
    until: '2026-01-01T00:02:00.000Z',
    peopleAtFirst: 9,
    people: 4,
    blocked: false,
    failed: false,
  }

  test('of a node that can’t be emptied', () => {
    expect(judged({ nodes: [node({ draining: { ...draining, blocked: true } })] })).toEqual([
      'drain-stuck sfu-1',
    ])
    expect(judged({ nodes: [node({ draining })] })).toEqual([])
  })

  test('of a node that was not emptied in time: how many are left, and why', () => {
    const failed = node({ draining: { ...draining, failed: true } })
    const said = (other: Node) => conditionsOf(measured({ nodes: [failed, other] }))[0]?.message
    expect(said(node({ nodeId: 'sfu-2', headroom: 0 }))).toContain(
      'Emptying sfu-1 has failed: 4 people could not be moved: no other node has room.',
    )
    expect(said(node({ nodeId: 'sfu-2', headroom: 50 }))).toContain('though another node has room')
  })

  test('of one thing about an emptying: that it has failed takes the place of “no progress”', () => {
    const standing = new Standing()
    const look = (wish: Partial<typeof draining>, now: number) =>
      standing.note(conditionsOf(measured({ nodes: [node({ draining: { ...draining, ...wish } })] })), now)
    look({ blocked: true }, 0)
    const slow = news([], standing).begun
    expect(slow).toMatchObject([{ level: 'warning' }])
    look({ blocked: true, failed: true }, 1_000)
    const { begun, over } = news(slow, standing)
    expect(begun).toMatchObject([{ key: 'drain-stuck sfu-1', level: 'error' }])
    expect(over).toEqual([])
    look({ blocked: true, failed: true }, 2_000)
    expect(news(begun, standing)).toEqual({ begun: [], over: [] })
  })

  test('that an emptying is no trouble any more in the moment it is taken back', () => {
    const standing = new Standing()
    const failed = measured({ nodes: [node({ draining: { ...draining, failed: true } })] })
    standing.note(conditionsOf(failed), 0, endedIn(failed))
    const told = news([], standing).begun
    const back = measured({ nodes: [node()] })
    standing.note(conditionsOf(back), 1_000, endedIn(back))
    expect(news(told, standing).over).toMatchObject([{ over: 'sfu-1 is empty now, or was taken back.' }])
  })
})

const hot: Condition = {
  key: 'hot',
  level: 'warning',
  message: 'Hot.',
  over: 'Cool.',
  forMs: 60_000,
  graceMs: 6_000,
}

describe('a condition', () => {
  test('is told once it has lasted, through dips that are shorter than its grace', () => {
    const standing = new Standing()
    for (let at = 0; at < 60_000; at += 1_000) standing.note(at % 5_000 === 3_000 ? [] : [hot], at)
    expect(standing.lasting()).toEqual([])
    standing.note([hot], 60_000)
    expect(news([], standing).begun).toMatchObject([{ key: 'hot', message: 'Hot.' }])
  })

  test('begins anew after a longer dip', () => {
    const standing = new Standing()
    standing.note([hot], 0)
    standing.note([], 6_000)
    standing.note([hot], 7_000)
    standing.note([hot], 61_000)
    expect(standing.lasting()).toEqual([])
  })

  test('is told once, and taken back once', () => {
    const standing = new Standing()
    standing.note([hot], 0)
    standing.note([hot], 60_000)
    const { begun } = news([], standing)
    expect(news(begun, standing)).toEqual({ begun: [], over: [] })
    standing.note([], 66_000)
    expect(news(begun, standing)).toMatchObject({ begun: [], over: [{ over: 'Cool.' }] })
  })

  test('that another server told stays told while it is so, however briefly this one knows of it', () => {
    const standing = new Standing()
    standing.note([hot], 0)
    const told = [{ ...hot, since: '2026-01-01T00:00:00.000Z' }]
    expect(news(told, standing)).toEqual({ begun: [], over: [] })
  })
})

describe('of several servers', () => {
  test('the oldest speaks, and the next knows what it told', async () => {
    const bus = inProcessBus((error) => expect.fail(String(error)))
    let now = 0
    const older = new TurnTaking(bus, () => now)
    now = 100
    const newer = new TurnTaking(bus, () => now)
    now = 3_100
    const told = [
      { key: 'a', level: 'info' as const, message: 'A', over: 'B', since: new Date(0).toISOString() },
    ]
    older.say(told)
    newer.say(null)
    await Promise.resolve()
    expect([older.isSpeaker(), newer.isSpeaker()]).toEqual([true, false])
    expect(newer.told).toEqual(told)
    older.close()
    now = 6_200
    expect(newer.isSpeaker()).toBe(true)
  })

  test('a new one listens before it speaks', () => {
    let now = 0
    const alone = new TurnTaking(
      inProcessBus(() => undefined),
      () => now,
    )
    expect(alone.isSpeaker()).toBe(false)
    now = 3_000
    expect(alone.isSpeaker()).toBe(true)
  })
})
