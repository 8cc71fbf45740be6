import fc from 'fast-check'
import type { NewRoomEvent, RoomEvent } from '@peerlearn/contract/room-state'
import { describe, expect, test } from 'vitest'
import { common, merged, secondsOf } from './intervals.ts'
import { readPresence } from './presence.ts'
import { judge } from './verdict.ts'
import { toCsv } from './csv.ts'

const minute = 60_000
const start = Date.parse('2026-11-21T12:00:00.000Z')
const at = (minutes: number) => new Date(start + minutes * minute)
const mentorId = 'mentor'

type Step = [minutes: number, kind: RoomEvent['kind'], userId?: string, peerId?: string, reason?: string]

/** Events at these minutes; the ids are short here, the reader does not look at them. */
const events = (...steps: Step[]): RoomEvent[] =>
  steps.map(([minutes, kind, userId = '', peerId = `${userId}-1`, reason = 'left'], i) => {
    const data: Partial<Record<RoomEvent['kind'], object>> = {
      'room.opened': { staged: false },
      'peer.joined': { userId, peerId, name: userId, role: 'learner' },
      'peer.left': { userId, peerId, reason },
      'peer.removed': { userId },
      'outage.began': { userIds: userId.split(' ') },
      'outage.ended': { userIds: userId.split(' ') },
    }
    const event = { kind, data: data[kind] ?? {}, actorId: null } as NewRoomEvent // as its kind says, just above
    return { ...event, sessionId: 's', seq: i + 1, at: at(minutes).toISOString() }
  })

const read = (...steps: Step[]) => readPresence(events(...steps), { mentorId, endedAt: at(60) })
const minutesOf = (steps: Step[], userId: string) =>
  (read(...steps).present.get(userId) ?? []).map(({ from, to }) => [
    (from - start) / minute,
    (to - start) / minute,
  ])
const verdict = (...steps: Step[]) =>
  judge({ startsAt: at(0), durationMinutes: 60, mentorId }, read(...steps))

const span = fc.record({ from: fc.nat(1000), to: fc.nat(1000) })
const spans = fc.array(span, { maxLength: 30 })

describe('spans', () => {
  test('never overlap once merged, and their sum is no more than from first to last', () => {
    fc.assert(
      fc.property(spans, (given) => {
        const result = merged(given)
        for (const [i, one] of result.entries()) {
          expect(one.to).toBeGreaterThan(one.from)
          if (i > 0) expect(one.from).toBeGreaterThan(result[i - 1]!.to)
        }
        const sum = result.reduce((total, { from, to }) => total + to - from, 0)
        expect(sum).toBeLessThanOrEqual((result.at(-1)?.to ?? 0) - (result[0]?.from ?? 0))
      }),
    )
  })
  test('hold exactly the moments that they were made of', () => {
    const has = (all: { from: number; to: number }[], t: number) =>
      all.some(({ from, to }) => from <= t && t < to)
    fc.assert(
      fc.property(spans, spans, fc.nat(1000), (one, other, t) => {
        expect(has(merged(one), t)).toBe(has(one, t))
        expect(has(common(one, other), t)).toBe(has(one, t) && has(other, t))
      }),
    )
  })
})

describe('who was there', () => {
  test('a reload and a second device count once', () => {
    const steps: Step[] = [
      [0, 'room.opened'],
      [1, 'peer.joined', 'asha', 'a'],
      [10, 'peer.joined', 'asha', 'b'],
      [12, 'peer.left', 'asha', 'a'],
      [20, 'peer.left', 'asha', 'b'],
    ]
    expect(minutesOf(steps, 'asha')).toEqual([[1, 20]])
  })
  test('who drops out and comes back is away between', () => {
    const steps: Step[] = [
      [0, 'room.opened'],
      [0, 'peer.joined', 'asha', 'a'],
      [10, 'peer.left', 'asha', 'a', 'lost'],
      [15, 'peer.joined', 'asha', 'b'],
      [60, 'room.closed'],
    ]
    expect(minutesOf(steps, 'asha')).toEqual([
      [0, 10],
      [15, 60],
    ])
  })
  test('whatever happens, nobody was there longer than the class, and no moment counts twice', () => {
    const kinds = ['peer.joined', 'peer.left', 'peer.removed', 'outage.began', 'outage.ended'] as const
    const step = fc.tuple(
      fc.integer({ min: 0, max: 3 }),
      fc.constantFrom(...kinds),
      fc.constantFrom('mentor', 'asha', 'bela'),
      fc.constantFrom('a', 'b'),
      fc.constantFrom('left', 'lost'),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (given) => {
        let now = 0
        const steps: Step[] = given.map(([after, ...rest]) => [(now += after), ...rest])
        const presence = readPresence(events([0, 'room.opened'], ...steps, [now, 'room.closed']), {
          mentorId,
          endedAt: at(now),
        })
        for (const found of [...presence.present.values(), ...presence.lost.values(), presence.failing]) {
          expect(merged(found)).toEqual(found)
          expect(secondsOf(found)).toBeLessThanOrEqual(now * 60)
        }
        const { refundBasisPoints, mentorSeconds, failedSeconds, plannedSeconds } = judge(
          { startsAt: at(0), durationMinutes: 60, mentorId },
          presence,
        )
        expect(refundBasisPoints).toBeGreaterThanOrEqual(0)
        expect(refundBasisPoints).toBeLessThanOrEqual(10_000)
        expect(mentorSeconds).toBeGreaterThanOrEqual(0)
        expect(mentorSeconds).toBeLessThanOrEqual(plannedSeconds)
        expect(failedSeconds).toBeLessThanOrEqual(plannedSeconds)
      }),
    )
  })
})

describe('what a class came to', () => {
  const open: Step[] = [
    [0, 'room.opened'],
    [0, 'peer.joined', 'mentor'],
    [0, 'peer.joined', 'asha'],
  ]
  test('nine tenths of it is all of it', () => {
    expect(verdict(...open, [54, 'room.closed'])).toMatchObject({ outcome: 'held', refundBasisPoints: 0 })
  })
  test('when the mentor ends early, the part that was missed comes back', () => {
    expect(verdict(...open, [45, 'room.closed'])).toMatchObject({
      outcome: 'ended-early',
      mentorSeconds: 2700,
      refundBasisPoints: 2500,
    })
  })
  test('a mentor who is there for less than five minutes was not there', () => {
    expect(verdict(...open, [4, 'room.closed'])).toMatchObject({
      outcome: 'mentor-absent',
      refundBasisPoints: 10_000,
    })
    expect(verdict([0, 'room.opened'], [1, 'peer.joined', 'asha'], [60, 'room.closed'])).toMatchObject({
      outcome: 'mentor-absent',
      mentorSeconds: 0,
    })
  })
  test('waiting alone before the start is no teaching; beginning early with a learner is', () => {
    const early: Step[] = [
      [-60, 'room.opened'],
      [-60, 'peer.joined', 'mentor'],
    ]
    expect(verdict(...early, [1, 'room.closed'])).toMatchObject({ outcome: 'mentor-absent' })
    expect(verdict(...early, [-59, 'peer.joined', 'asha'], [0, 'room.closed'])).toMatchObject({
      outcome: 'held',
    })
  })
  test('a class that begins late may end late', () => {
    const late: Step[] = [
      [20, 'room.opened'],
      [20, 'peer.joined', 'mentor'],
      [80, 'room.closed'],
    ]
    expect(verdict(...late)).toMatchObject({ outcome: 'held' })
  })
  test('when our servers fail for more than half of it, all comes back', () => {
    const failing: Step[] = [
      [10, 'outage.began', 'mentor'],
      [45, 'outage.ended', 'mentor'],
    ]
    expect(verdict(...open, ...failing, [60, 'room.closed'])).toMatchObject({
      outcome: 'failed',
      failedSeconds: 2100,
      refundBasisPoints: 10_000,
    })
  })
  test('what our servers took is not the mentor’s fault', () => {
    const failing: Step[] = [
      [10, 'outage.began', 'mentor asha'],
      [30, 'outage.ended', 'mentor asha'],
    ]
    expect(verdict(...open, ...failing, [60, 'room.closed'])).toMatchObject({
      outcome: 'held',
      failedSeconds: 1200,
      mentorSeconds: 2400,
    })
    expect(verdict(...open, ...failing, [45, 'room.closed'])).toMatchObject({
      outcome: 'ended-early',
      refundBasisPoints: 2500,
    })
  })
  test('who our failure threw out, and never came back, was failed until the end', () => {
    const thrown: Step[] = [
      [10, 'outage.began', 'mentor'],
      [11, 'peer.left', 'mentor', 'mentor-1', 'lost'],
    ]
    expect(verdict(...open, ...thrown, [60, 'room.closed'])).toMatchObject({ outcome: 'failed' })
    // One learner of several is a pity, and no failed class.
    const one: Step[] = [
      [1, 'peer.joined', 'bela'],
      [10, 'outage.began', 'bela'],
    ]
    expect(verdict(...open, ...one, [60, 'room.closed'])).toMatchObject({ outcome: 'held', failedSeconds: 0 })
  })
})

describe('the table', () => {
  test('keeps commas, quotes and lines in their cell, and runs nothing in a spreadsheet', () => {
    expect(
      toCsv([
        ['a,b', 'say "hi"', 'two\nlines', 1.5],
        ['=1+1', '@x', '-2', '+3'],
      ]),
    ).toBe('\ufeff"a,b","say ""hi""","two\nlines",1.5\r\n\'=1+1,\'@x,\'-2,\'+3\r\n')
  })
})
