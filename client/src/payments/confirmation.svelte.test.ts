import type { PurchaseState } from '@peerlearn/contract/payments'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Confirmation } from './confirmation.svelte.ts'

const at = (state: PurchaseState['state']): PurchaseState => ({
  purchaseId: 'p',
  sessionId: null,
  title: 'Five of them',
  amountPaise: 100,
  refundedPaise: 0,
  state,
  heldUntil: null,
})

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** Answers one after another; the last one stays. An error is a server that is away. */
function asked(...answers: (PurchaseState | Error)[]) {
  const ask = vi.fn(() => {
    const next = answers.length > 1 ? answers.shift() : answers[0]
    return next instanceof Error || !next ? Promise.reject(next ?? new Error('none')) : Promise.resolve(next)
  })
  const confirmation = new Confirmation('p', ask)
  return { ask, confirmation, stop: confirmation.watch() }
}

test('is asked for until it is booked, and then no more', async () => {
  const { ask, confirmation } = asked(at('open'), at('confirming'), at('booked'))
  await vi.advanceTimersByTimeAsync(60_000)
  expect(confirmation.state?.state).toBe('booked')
  expect(confirmation.ended).toBe(true)
  expect(ask).toHaveBeenCalledTimes(3)
})

test('goes on over a server that is away, and says so meanwhile', async () => {
  const { confirmation } = asked(new Error('away'), new Error('away'), at('refunding'))
  await vi.advanceTimersByTimeAsync(1_500)
  expect(confirmation.unreachable).toBe(true)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(confirmation.unreachable).toBe(false)
  expect(confirmation.ended).toBe(true)
})

test('grows patient, and says that it takes long', async () => {
  const { ask, confirmation, stop } = asked(at('confirming'))
  await vi.advanceTimersByTimeAsync(120_000)
  expect(confirmation.long).toBe(true)
  expect(ask.mock.calls.length).toBeLessThan(20)
  const before = ask.mock.calls.length
  stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(ask).toHaveBeenCalledTimes(before)
})

test('asks at once when its page is looked at again', async () => {
  const { ask, stop } = asked(at('confirming'))
  await vi.advanceTimersByTimeAsync(100)
  document.dispatchEvent(new Event('visibilitychange'))
  await vi.advanceTimersByTimeAsync(0)
  expect(ask).toHaveBeenCalledTimes(2)
  stop()
})
