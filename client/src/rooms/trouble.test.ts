import { describe, expect, it } from 'vitest'
import type { RecoveryState } from './recovery.ts'
import { troubleOf } from './trouble.ts'

const well = { media: 'connected', socket: 'open', online: true, recovery: null } as const
const recovery = (part: Partial<RecoveryState>): RecoveryState => ({
  step: 'ice',
  fault: 'network',
  since: 0,
  done: false,
  ...part,
})

describe('what a person reads about the connection', () => {
  it('is nothing while all is well', () => {
    expect(troubleOf(well)).toBeNull()
    expect(troubleOf({ ...well, media: 'idle' })).toBeNull()
  })

  it('dims the pictures only when they stand still', () => {
    expect(troubleOf({ ...well, media: 'reconnecting' })?.kind).toBe('bad')
    expect(troubleOf({ ...well, socket: 'waiting' })?.kind).toBe('warn')
  })

  it('promises no pictures to somebody who is alone without devices', () => {
    expect(troubleOf({ ...well, media: 'idle', socket: 'waiting' })?.words).not.toContain('Pictures')
  })

  it('says that pictures go on only when it is the server that is away', () => {
    const words = (fault: RecoveryState['fault']) =>
      troubleOf({ ...well, socket: 'waiting', recovery: recovery({ step: 'socket', fault }) })?.words
    expect(words('server')).toContain('Pictures and sound go on')
    expect(words('network')).toContain('Your network was interrupted')
  })

  it('names being offline', () => {
    expect(troubleOf({ ...well, socket: 'waiting', online: false })?.words).toContain('offline')
    expect(troubleOf({ ...well, media: 'reconnecting', online: false })?.words).toContain('offline')
  })

  it('says who is at fault', () => {
    const words = (fault: RecoveryState['fault']) =>
      troubleOf({ ...well, media: 'reconnecting', recovery: recovery({ fault }) })?.words
    expect(words('network')).toContain('Your network was interrupted')
    expect(words('server')).toContain('your network is fine')
  })

  it('tells that it is over, but of a move between servers nothing', () => {
    expect(troubleOf({ ...well, recovery: recovery({ done: true }) })?.kind).toBe('good')
    expect(troubleOf({ ...well, recovery: recovery({ step: 'move' }) })).toBeNull()
    expect(troubleOf({ ...well, recovery: recovery({ step: 'move', done: true }) })).toBeNull()
  })
})
