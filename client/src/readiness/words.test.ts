import { describe, expect, it } from 'vitest'
import type { ReadinessResult } from '@peerlearn/contract/readiness'
import { groupsOf } from './board.ts'
import { linkRows } from './rows.ts'
import {
  adviceOf,
  keptWords,
  kindOf,
  rateWords,
  reasonWords,
  shareWords,
  verdictBelow,
  verdictLine,
} from './words.ts'

const good: ReadinessResult = {
  microphone: 'works',
  camera: 'works',
  ways: { udp: 40, tcp: 60, turn: 90 },
  best: 'udp',
  downBits: 8_040_000,
  upBits: 4_000_000,
  rttMs: 30,
  lossDown: 0,
  lossUp: 0,
}
const turn: ReadinessResult = { ...good, ways: { udp: null, tcp: null, turn: 90 }, best: 'turn-tcp' }
const nothing = { best: null, downBits: null, upBits: null, rttMs: null, lossDown: null, lossUp: null }
const none: ReadinessResult = { ...good, ways: { udp: null, tcp: null, turn: null }, ...nothing }

describe('a check in one line', () => {
  it('says that all is well, with the way and the rate', () => {
    expect(verdictLine(good)).toBe('You’re good: direct connection, 8 Mbit/s down')
    expect(verdictBelow(good)).toBe('Direct connection, 8 Mbit/s down')
  })

  it('says what to do when it is not', () => {
    expect(verdictLine(turn)).toBe('You can join: connection through a relay, 8 Mbit/s down')
    expect(verdictLine({ ...good, downBits: 200_000 })).toBe(
      'Choose Voice in class: direct connection, 200 kbit/s down',
    )
    expect(verdictLine(none)).toBe('Your network lets no class through')
    expect(verdictLine({ ...good, microphone: 'blocked' })).toBe('Your microphone can’t be used')
    expect(adviceOf('microphone-blocked').text).toMatch(/^Allow the microphone/)
    expect(adviceOf('narrow').text).toMatch(/choose Voice.*nearer to your Wi-Fi/)
  })

  it('says no more above than is true of what is said below', () => {
    const silent: ReadinessResult = { ...good, microphone: 'silent' }
    expect([verdictLine(silent), kindOf(silent)]).toEqual([
      'Your connection is good: direct connection, 8 Mbit/s down',
      'warn',
    ])
    expect(verdictLine({ ...good, camera: 'blocked' })).toMatch(/^Your connection is good: /)
    expect(verdictLine({ ...good, upBits: 100_000 })).toMatch(/^You can join: /)
    expect([verdictLine({ ...good, microphone: 'untested' }), kindOf(good)]).toEqual([
      verdictLine(good),
      'good',
    ])
  })

  it('says where the result is kept, and when it could not be', () => {
    expect(keptWords(undefined, false)).toBe('')
    expect(keptWords(null, false)).toMatch(/could not be kept, so your mentor does not see it\./)
    expect(keptWords(null, true)).toBe('This result could not be kept. Check again in a moment.')
    expect(keptWords(0, false)).toBe(
      'Kept for any class that you book in the next 14 days, where your mentor sees it.',
    )
    expect(keptWords(2, false)).toBe(
      'Kept with your 2 coming sessions, where your mentor sees it, and for any class that you book in the next 14 days.',
    )
    expect(keptWords(1, true)).toBe(
      'Kept with your coming session, and for any class that you book in the next 14 days.',
    )
  })

  it('has numbers as people say them', () => {
    expect([640, 64_000, 994_000, 1_000_000, 8_040_000, 11_600_000].map(rateWords)).toEqual([
      '1 kbit/s',
      '64 kbit/s',
      '994 kbit/s',
      '1 Mbit/s',
      '8 Mbit/s',
      '12 Mbit/s',
    ])
    expect([0, 0.004, 0.12].map(shareWords)).toEqual(['0 %', 'under 1 %', '12 %'])
  })
})

describe('the readiness board', () => {
  const item = (name: string, result: ReadinessResult | null, verdict = 'ready' as const) => ({
    learnerId: name,
    name,
    readiness: result && { at: '2026-11-24T10:00:00.000Z', verdict, result },
  })

  it('has those first who need something, and leaves out what nobody is in', () => {
    const groups = groupsOf([
      item('Asha', good),
      item('Bala', null),
      {
        ...item('Chitra', turn),
        readiness: { at: '2026-11-24T10:00:00.000Z', verdict: 'turn', result: turn },
      },
    ])
    expect(groups.map(({ people, label }) => `${people.length} ${label(people.length)}`)).toEqual([
      '1 will be on TURN',
      '1 has not tried',
      '1 is ready',
    ])
    expect(groups[0]?.people[0]).toMatchObject({ name: 'Chitra', why: 'TURN over TCP' })
  })

  it('says why, the gravest first', () => {
    expect(reasonWords({ ...turn, microphone: 'blocked', downBits: 200_000 })).toEqual([
      'microphone blocked',
      'only 200 kbit/s down',
      'TURN over TCP',
    ])
    expect(reasonWords(none)).toEqual(['their network lets no class through'])
  })
})

describe('the lines of a check', () => {
  const states = (seen: Partial<Parameters<typeof linkRows>[0]>) =>
    linkRows({ state: 'running', step: 'ways', ways: {}, result: null, ...seen }).map(({ state }) => state)

  it('show what is under way', () => {
    expect(states({ ways: { tcp: 60 } }).slice(0, 4)).toEqual(['running', 'good', 'running', 'waiting'])
    expect(states({ step: 'down', ways: { udp: null, tcp: 60, turn: null } })).toEqual([
      'info',
      'good',
      'info',
      'running',
      'waiting',
      'good',
      'good',
    ])
  })

  it('hold it against the network only when no way is open', () => {
    expect(states({ state: 'done', result: turn }).slice(0, 3)).toEqual(['info', 'info', 'good'])
    expect(states({ state: 'done', result: none }).slice(0, 3)).toEqual(['bad', 'bad', 'bad'])
  })
})
