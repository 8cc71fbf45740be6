import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Socket } from './socket.ts'

/** A browser's WebSocket whose network the test is. */
class Line {
  static made: Line[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  closed = false
  sent: { id: number }[] = []

  constructor() {
    Line.made.push(this)
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { id: number })
  }

  close(): void {
    this.closed = true
  }

  answer(): void {
    const id = this.sent.at(-1)?.id
    this.onmessage?.({ data: JSON.stringify({ id, ok: true, data: {} }) })
  }
}

const soon = () => vi.advanceTimersByTimeAsync(1)

/** An open socket, and what states it has been in. */
async function opened() {
  const socket = new Socket({ ticket: () => Promise.resolve('t'), url: 'ws://here/ws' })
  const states: string[] = []
  socket.open()
  await soon()
  Line.made[0]?.onopen?.()
  socket.onState(() => states.push(socket.state))
  return { socket, states, first: Line.made[0] as Line } // open() has just made it
}

beforeEach(() => {
  Line.made = []
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Line)
  vi.stubGlobal('addEventListener', () => undefined)
  vi.stubGlobal('document', { addEventListener: () => undefined })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('keeps a connection that is only slow: what comes over it ends the search for another', async () => {
  const { socket, states, first } = await opened()
  const asked = socket.request('room.leave', {}, 700).catch((error: { code: string }) => error.code)
  await vi.advanceTimersByTimeAsync(701)
  expect(await asked).toBe('timeout')
  first.answer()
  await soon()
  expect(Line.made).toHaveLength(2)
  // A browser calls it an error when it is closed before.
  expect(Line.made[1]?.closed).toBe(false)
  Line.made[1]?.onopen?.()
  expect(Line.made[1]?.closed).toBe(true)
  expect([first.closed, socket.state, states]).toEqual([false, 'open', []])
})

it('goes over to the connection that it had begun when the first falls silent again', async () => {
  const { socket, first } = await opened()
  socket.renew()
  await soon()
  first.onmessage?.({ data: JSON.stringify({ event: 'speakers.changed', data: {} }) })
  socket.renew()
  expect(Line.made).toHaveLength(2)
  Line.made[1]?.onopen?.()
  expect([first.closed, Line.made[1]?.closed, socket.state]).toEqual([true, false, 'open'])
})

it('goes over to the connection that it had begun when the first is cut, and begins no other', async () => {
  const { socket, states, first } = await opened()
  const asked = socket.request('room.leave', {}).catch((error: { code: string }) => error.code)
  socket.renew()
  await soon()
  first.onmessage?.({ data: JSON.stringify({ event: 'speakers.changed', data: {} }) })
  first.onclose?.({ code: 1006 })
  expect([await asked, socket.state]).toEqual(['offline', 'connecting'])
  Line.made[1]?.onopen?.()
  await vi.advanceTimersByTimeAsync(5_000)
  expect([Line.made.length, Line.made[1]?.closed, states]).toEqual([2, false, ['connecting', 'open']])
})

it('lets a connection open that is left meanwhile, unless another is asked for', async () => {
  const socket = new Socket({ ticket: () => Promise.resolve('t'), url: 'ws://here/ws' })
  const latest = () => Line.made.at(-1) as Line // open() has just made it
  socket.open()
  await soon()
  const left = latest()
  socket.close()
  expect([left.closed, socket.state]).toEqual([false, 'closed'])
  left.onopen?.()
  expect([left.closed, socket.state]).toEqual([true, 'closed'])
  socket.open()
  await soon()
  const hanging = latest()
  socket.close()
  socket.open()
  await soon()
  expect([hanging.closed, Line.made.length]).toEqual([true, 3])
})

it('goes over to another connection when nothing is answered, and says so', async () => {
  const { socket, states, first } = await opened()
  const asked = socket.request('room.leave', {}, 700).catch(() => 'timeout')
  const waits = socket.request('room.leave', {}).catch((error: { code: string }) => error.code)
  await vi.advanceTimersByTimeAsync(701)
  await asked
  expect([socket.state, first.closed]).toEqual(['open', false])
  Line.made[1]?.onopen?.()
  expect(await waits).toBe('offline')
  expect([first.closed, states]).toEqual([true, ['connecting', 'open']])
  // What the dead connection still says is nobody's.
  first.onclose?.({ code: 1006 })
  expect(socket.state).toBe('open')
})

it('tries again and again, and not all at once, where nobody answers', async () => {
  const { socket, first } = await opened()
  socket.renew()
  socket.renew()
  await soon()
  expect(Line.made).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(4000)
  expect([socket.state, first.closed, Line.made[1]?.closed]).toEqual(['waiting', true, true])
  await vi.advanceTimersByTimeAsync(20_000)
  expect(Line.made.length).toBeGreaterThan(4)
  Line.made.at(-1)?.onopen?.()
  expect(socket.state).toBe('open')
})

it('waits before it comes back to a server that restarts', async () => {
  const { socket, first } = await opened()
  first.onclose?.({ code: 1012 })
  expect([socket.state, socket.reason]).toEqual(['waiting', 'restart'])
  await soon()
  expect(Line.made).toHaveLength(1)
})
