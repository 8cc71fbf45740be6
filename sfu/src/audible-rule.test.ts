import { describe, expect, it } from 'vitest'
import { chooseNear, chooseSent, chooseVoices, silence } from './audible-rule.ts'
import type { Heard } from './audible-rule.ts'

const now = 100_000
const quiet = (producerId: string, more: Partial<Heard> = {}): Heard => ({
  producerId,
  peerId: producerId,
  mentor: false,
  paused: false,
  own: true,
  loudness: silence,
  at: 0,
  heardAt: 0,
  sentSince: 0,
  ...more,
})
const speaking = (producerId: string, loudness: number, more: Partial<Heard> = {}) =>
  quiet(producerId, { loudness, at: now, heardAt: now, ...more })
const crowd = (count: number, ...first: Heard[]) => [
  ...first,
  ...Array.from({ length: count - first.length }, (_, n) => quiet(`learner ${n}`)),
]
const ids = (sent: ReadonlySet<string> | 'all') => (sent === 'all' ? sent : [...sent].sort())

describe('the microphones that are sent', () => {
  it('are all of eight that are open, however many are closed', () => {
    const closed = Array.from({ length: 30 }, (_, n) => quiet(`closed ${n}`, { paused: true }))
    expect(chooseSent([...crowd(8), ...closed], 'all', now)).toBe('all')
    expect(chooseSent(crowd(9), 'all', now)).not.toBe('all')
  })

  it('are all again when the ninth is closed for some seconds, and at once when the eighth is too', () => {
    const loudest = new Set(['learner 0'])
    expect(chooseSent(crowd(8), loudest, now, now - 2_000)).not.toBe('all')
    expect(chooseSent(crowd(8), loudest, now, now - 4_000)).toBe('all')
    expect(chooseSent(crowd(7), loudest, now, now)).toBe('all')
  })

  it('are the loudest four of more, and the mentor’s', () => {
    const loud = ['a', 'b', 'c', 'd', 'e'].map((id, n) => speaking(id, -20 - n))
    const mentor = quiet('mentor', { mentor: true })
    expect(ids(chooseSent([...crowd(12, ...loud), mentor], 'all', now))).toEqual([
      'a',
      'b',
      'c',
      'd',
      'mentor',
    ])
  })

  it('are as many of the loudest as the node is told, and the mentor’s', () => {
    const loud = ['a', 'b', 'c', 'd', 'e', 'f'].map((id, n) => speaking(id, -20 - n))
    const all = [...crowd(12, ...loud), quiet('mentor', { mentor: true })]
    expect(ids(chooseSent(all, 'all', now, now, 2))).toEqual(['a', 'b', 'mentor'])
    expect(ids(chooseSent(all, new Set(['c', 'd']), now, now, 6))).toEqual([
      'a',
      'b',
      'c',
      'd',
      'e',
      'f',
      'mentor',
    ])
  })

  const before = new Set(['a', 'b', 'c', 'd'])
  const four = ['a', 'b', 'c', 'd'].map((id) => speaking(id, -30))

  it('change at once for somebody who begins while another of them is silent', () => {
    const some = crowd(12, ...four.slice(0, 3), quiet('d'), speaking('new', -40))
    expect(ids(chooseSent(some, before, now))).toEqual(['a', 'b', 'c', 'new'])
  })

  it('stay while all of them speak, but for somebody clearly louder', () => {
    expect(ids(chooseSent(crowd(12, ...four, speaking('new', -27)), before, now))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
    expect(ids(chooseSent(crowd(12, ...four, speaking('new', -20)), before, now))).toContain('new')
  })

  it('leave somebody who just began in peace', () => {
    const fresh = four.map((one) => ({ ...one, sentSince: now - 500 }))
    expect(ids(chooseSent(crowd(12, ...fresh, speaking('new', -5)), before, now))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ])
  })
})

describe('the microphones of which a consumer is kept', () => {
  it('are all in a small room', () => {
    expect(chooseNear(crowd(12), 'all', 'all')).toBe('all')
  })

  it('are twelve in a large one: those sent, and who spoke or opened theirs last', () => {
    const recent = quiet('recent', { heardAt: now })
    const closed = quiet('closed', { paused: true, heardAt: now })
    const near = chooseNear(crowd(40, recent, closed, quiet('sent')), new Set(['sent']), 'all')
    expect(near).toHaveLength(12)
    expect(ids(near)).toEqual(expect.arrayContaining(['recent', 'sent']))
    expect(ids(near)).not.toContain('closed')
  })

  it('stay the same while everybody makes noise, whoever’s packet came last', () => {
    const noisy = (last: string) =>
      Array.from({ length: 40 }, (_, n) =>
        speaking(`learner ${n}`, -40, { heardAt: `learner ${n}` === last ? now : now - 60 }),
      )
    const sent = new Set(['learner 0'])
    const near = chooseNear(noisy('learner 5'), sent, 'all')
    for (let n = 0; n < 40; n++) expect(chooseNear(noisy(`learner ${n}`), sent, near)).toEqual(near)
    const late = [...noisy('learner 0'), speaking('late', -30, { heardAt: now + 4_000 })]
    expect(ids(chooseNear(late, sent, near))).toContain('late')
  })
})

describe('the one voice', () => {
  it('is the mentor’s when they speak, else the loudest', () => {
    const some = [speaking('loud', -10), speaking('soft', -40), speaking('mentor', -45, { mentor: true })]
    expect(chooseVoices(some, [], now)).toEqual(['mentor', 'loud'])
    expect(chooseVoices(some.slice(0, 2), ['mentor'], now)).toEqual(['loud', 'soft'])
  })

  it('does not jump between two who are about as loud, and stays in silence', () => {
    expect(chooseVoices([speaking('a', -20), speaking('b', -23)], ['b'], now)[0]).toBe('b')
    expect(chooseVoices([quiet('a'), quiet('b')], ['b'], now)).toEqual(['b'])
  })
})
