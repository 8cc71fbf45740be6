import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IceWatch } from './ice-watch.ts'

function watched(restart = vi.fn(() => Promise.resolve())) {
  const giveUp = vi.fn()
  return { watch: new IceWatch({ restart, giveUp }), restart, giveUp }
}

describe('a connection of media that falters', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is left alone for two seconds, then restarted without waiting for a failure', async () => {
    const { watch, restart } = watched()
    watch.observe('connected')
    watch.observe('disconnected')
    await vi.advanceTimersByTimeAsync(1900)
    expect(restart).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(200)
    expect(restart).toHaveBeenCalledTimes(1)
  })

  it('is not restarted when it heals by itself', async () => {
    const { watch, restart } = watched()
    watch.observe('disconnected')
    await vi.advanceTimersByTimeAsync(1000)
    watch.observe('connected')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(restart).not.toHaveBeenCalled()
  })

  it('is restarted at once when the network comes back', async () => {
    const { watch, restart } = watched()
    watch.observe('disconnected')
    watch.nudge()
    await vi.advanceTimersByTimeAsync(0)
    expect(restart).toHaveBeenCalledTimes(1)
  })

  it('is given up after three restarts that did not help, once', async () => {
    const { watch, restart, giveUp } = watched()
    watch.observe('failed')
    await vi.advanceTimersByTimeAsync(120_000)
    expect(restart).toHaveBeenCalledTimes(3)
    expect(giveUp).toHaveBeenCalledTimes(1)
  })

  it('is not given up while the server cannot be asked', async () => {
    const { watch, giveUp } = watched(vi.fn(() => Promise.reject(new Error('offline'))))
    watch.observe('disconnected')
    await vi.advanceTimersByTimeAsync(120_000)
    expect(giveUp).not.toHaveBeenCalled()
  })

  it('is restarted in doubt though it calls itself connected, once until its time is over', async () => {
    const { watch, restart } = watched()
    watch.observe('connected')
    watch.doubt()
    watch.doubt()
    await vi.advanceTimersByTimeAsync(0)
    expect(restart).toHaveBeenCalledTimes(1)
    watch.flows()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(restart).toHaveBeenCalledTimes(1)
  })

  it('is made anew when nothing comes after restarts in doubt', async () => {
    const { watch, giveUp } = watched()
    watch.observe('connected')
    watch.doubt()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(giveUp).toHaveBeenCalledTimes(1)
  })

  it('does nothing after closing', async () => {
    const { watch, restart } = watched()
    watch.observe('disconnected')
    watch.close()
    watch.nudge()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(restart).not.toHaveBeenCalled()
  })
})
