import type { PeerStats } from '@peerlearn/contract/node-stats'
import { describe, expect, it } from 'vitest'
import { judgeLink, LinkTrend, type LinkFacts, type LinkReport } from './links.ts'

const userId = '0198c0de-0000-7000-8000-000000000012'
const measured = (change: Partial<PeerStats> = {}): PeerStats => ({
  roomId: userId,
  peerId: userId,
  bytesIn: 0,
  bytesOut: 0,
  consumers: 3,
  rttMs: 40,
  lossIn: 0,
  lossOut: 0,
  availableOut: 2_000_000,
  protocol: 'udp',
  ...change,
})
const reported = (change: Partial<LinkReport> = {}): LinkReport => ({
  way: 'udp',
  rttMs: 50,
  lossDown: 0,
  concealed: 0,
  ...change,
})
const judge = (change: Partial<LinkFacts> = {}) =>
  judgeLink({
    userId,
    mode: 'full',
    connection: 'connected',
    stats: measured(),
    report: reported(),
    ...change,
  })

describe('a learner’s link', () => {
  it('is good when nothing is amiss, with what was measured', () => {
    expect(judge()).toMatchObject({ quality: 'good', reason: 'none', way: 'udp', rttMs: 40, lossUp: 0 })
  })

  it.each([
    ['loss', { stats: measured({ lossIn: 0.2 }) }],
    ['loss', { stats: measured({ lossOut: 0.2 }) }],
    ['loss', { report: reported({ concealed: 0.1 }) }],
    ['loss', { connection: 'weak' }],
    ['delay', { stats: measured({ rttMs: 700 }) }],
    ['narrow', { stats: measured({ availableOut: 90_000 }) }],
  ] as const)('is weak for %s', (reason, change) => {
    expect(judge(change)).toMatchObject({ quality: 'weak', reason })
  })

  it('is not too narrow for a mode that needs little', () => {
    expect(judge({ mode: 'voice', stats: measured({ availableOut: 50_000 }) }).quality).toBe('good')
  })

  it('says whose fault it is that nothing comes', () => {
    expect(judge({ connection: 'reconnecting' })).toMatchObject({
      quality: 'reconnecting',
      reason: 'network',
    })
    expect(judge({ connection: undefined })).toMatchObject({ quality: 'reconnecting', reason: 'server' })
  })

  it('is judged from what there is, before anything was measured or reported', () => {
    const early = judge({ connection: 'connecting', stats: undefined, report: undefined })
    expect(early).toMatchObject({ quality: 'good', way: null, rttMs: null, lossUp: null, lossDown: null })
  })
})

describe('the mentor is told', () => {
  it('once of a link that stays as it is', () => {
    const trend = new LinkTrend()
    expect(trend.look(judge())).toBeDefined()
    expect(trend.look(judge({ stats: measured({ rttMs: 52 }) }))).toBeUndefined()
    expect(trend.look(judge({ stats: measured({ rttMs: 90 }) }))).toBeDefined()
  })

  it('at once of a link that gets weak, and of a good one only when it stays good', () => {
    const trend = new LinkTrend()
    trend.look(judge())
    expect(trend.look(judge({ stats: measured({ lossOut: 0.2 }) }))?.quality).toBe('weak')
    const looks = Array.from({ length: 4 }, () => trend.look(judge())?.quality)
    expect(looks.filter((quality) => quality === 'good')).toHaveLength(1)
    expect(looks.indexOf('good')).toBe(2)
  })

  it('of a narrow link only when it stays so: after little was sent it is estimated anew', () => {
    const trend = new LinkTrend()
    trend.look(judge())
    const narrow = () => trend.look(judge({ stats: measured({ availableOut: 90_000 }) }))
    expect([narrow(), narrow()]).toEqual([undefined, undefined])
    expect(narrow()).toMatchObject({ quality: 'weak', reason: 'narrow' })
  })
})
