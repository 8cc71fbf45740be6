import { describe, expect, it } from 'vitest'
import { Recovery } from './recovery.ts'
import type { RecoveryState } from './recovery.ts'

function recovering() {
  const said: (RecoveryState | null)[] = []
  return { recovery: new Recovery((state) => said.push(state)), said }
}

describe('getting media back', () => {
  it('is timed from the first sign of trouble, and told by its highest step', () => {
    const { recovery } = recovering()
    recovery.take('ice', 'network', 1000)
    recovery.take('socket', 'network', 1500)
    recovery.take('transports', 'network', 4000)
    recovery.well(6000)
    expect(recovery.takeSteps()).toEqual([{ step: 'transports', fault: 'network', ms: 5000 }])
    expect(recovery.takeSteps()).toEqual([])
  })

  it('names who is at fault by the newest word on it', () => {
    const { recovery, said } = recovering()
    recovery.take('ice', 'network', 0)
    recovery.take('transports', 'server', 100)
    expect(said.at(-1)).toMatchObject({ fault: 'server', since: 0, done: false })
  })

  it('says that it is over, for a moment', () => {
    const { recovery, said } = recovering()
    recovery.take('ice', 'network', 0)
    recovery.well(10)
    expect(said.at(-1)).toMatchObject({ done: true })
    recovery.forget()
    expect(said.at(-1)).toBeNull()
  })

  it('begins anew with the next trouble', () => {
    const { recovery } = recovering()
    recovery.take('rejoin', 'server', 0)
    recovery.well(10)
    recovery.take('ice', 'network', 1000)
    expect(recovery.state).toEqual({ step: 'ice', fault: 'network', since: 1000, done: false })
  })

  it('forgets no step that could not be told', () => {
    const { recovery } = recovering()
    recovery.note({ step: 'move', ms: 5, fault: 'server' })
    const steps = recovery.takeSteps()
    recovery.note({ step: 'ice', ms: 9, fault: 'network' })
    recovery.untake(steps)
    expect(recovery.takeSteps().map(({ step }) => step)).toEqual(['move', 'ice'])
  })
})
