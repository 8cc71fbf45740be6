import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Socket } from './socket.ts'

interface Sent {
  id: number
  method: string
}

/** A browser's WebSocket whose network, and server, the test is. */
class Line {
  static made: Line[] = []
  /** How long the next ticket will live. */
  static seconds = 600
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  readonly at = Date.now()
  readonly ticket: string
  closed = false
  sent: Sent[] = []
  /** Tickets are asked for and given none. */
  mute = false

  constructor(_url: string, [, ticket = '']: string[]) {
    this.ticket = ticket.replace('ticket.', '')
    Line.made.push(this)
  }

  static get last(): Line {
    return Line.made.at(-1) as Line // every test has opened one
  }

  send(text: string): void {
    const request = JSON.parse(text) as Sent
    this.sent.push(request)
    if (request.method !== 'socket.ticket' || this.mute) return
    const data = { ticket: `over-${Line.made.indexOf(this)}-${this.asked}`, seconds: Line.seconds }
    queueMicrotask(() => this.tell({ id: request.id, ok: true, data }))
  }

  /** How often it was asked for a ticket. */
  get asked(): number {
    return this.sent.filter(({ method }) => method === 'socket.ticket').length
  }

  tell(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) })
  }

  close(): void {
    this.closed = true
  }
}

let fetched = 0
/** Window, document and network of the browser, in one. */
let browser: EventTarget
const soon = () => vi.advanceTimersByTimeAsync(1)

async function opened() {
  const socket = new Socket({ ticket: () => Promise.resolve(`fetched-${++fetched}`), url: 'ws://here/ws' })
  socket.open()
  await soon()
  Line.last.onopen?.()
  await soon()
  return socket
}

/** The connection is cut, and the next try has begun. */
async function cut(): Promise<void> {
  Line.last.onclose?.({ code: 1006 })
  await vi.advanceTimersByTimeAsync(200)
}

beforeEach(() => {
  Line.made = []
  Line.seconds = 600
  fetched = 0
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', Line)
  browser = new EventTarget()
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser))
  vi.stubGlobal('document', browser)
  vi.stubGlobal('navigator', { connection: Object.assign(browser, { type: 'wifi' }) })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('comes back with the ticket that it was given, and fetches nothing', async () => {
  const socket = await opened()
  await cut()
  Line.last.onopen?.()
  await soon()
  expect(socket.state).toBe('open')
  // Each opening is given the next one.
  await cut()
  expect(Line.made.map(({ ticket }) => ticket)).toEqual(['fetched-1', 'over-0-1', 'over-1-1'])
  expect(fetched).toBe(1)
  socket.close()
})

it('tries the same ticket again when nobody answered: it was not used', async () => {
  const socket = await opened()
  await cut()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(Line.made.length).toBeGreaterThan(3)
  expect(new Set(Line.made.slice(1).map(({ ticket }) => ticket))).toEqual(new Set(['over-0-1']))
  socket.close()
})

it('gives up a try that hangs in time for the next, one at a time, and lets a slow network take longer', async () => {
  const socket = await opened()
  await cut()
  await vi.advanceTimersByTimeAsync(25_000)
  const tries = Line.made.slice(1)
  const apart = tries.slice(1).map(({ at }, n) => at - tries[n]!.at)
  expect(tries.filter(({ closed }) => !closed)).toHaveLength(1)
  for (const three of [apart.slice(0, 3), apart.slice(3, 6)]) {
    expect(three.filter((ms) => ms <= 2500)).toHaveLength(2)
    expect(Math.max(...three)).toBeGreaterThanOrEqual(4000)
  }
  socket.close()
})

it('fetches a ticket at once when its own is refused', async () => {
  const socket = await opened()
  await cut()
  Line.last.onopen?.()
  Line.last.onclose?.({ code: 4401 })
  await soon()
  expect(Line.last.ticket).toBe('fetched-2')
  Line.last.onopen?.()
  expect(socket.state).toBe('open')
  // Refused once more, it waits like everybody else.
  Line.last.onclose?.({ code: 4401 })
  expect(socket.state).toBe('waiting')
  socket.close()
})

it('never opens the next person’s socket with the ticket of the one before', async () => {
  const socket = await opened()
  socket.close()
  socket.open()
  await soon()
  expect(Line.last.ticket).toBe('fetched-2')
  socket.close()
  await cut()
  expect(Line.made).toHaveLength(2)
})

it('is given another in time, and does not use one that is over', async () => {
  const socket = await opened()
  const [first] = Line.made
  await vi.advanceTimersByTimeAsync(301_000)
  expect(first?.asked).toBe(2)
  first!.mute = true
  await cut()
  expect(Line.last.ticket).toBe('over-0-2')
  await vi.advanceTimersByTimeAsync(600_000)
  expect(Line.last.ticket).toMatch(/^fetched/)
  socket.close()
})

it('asks for another when the one at hand may have been used beside a socket that lived', async () => {
  const socket = await opened()
  const [first] = Line.made
  socket.renew()
  expect(Line.last.ticket).toBe('over-0-1')
  first?.tell({ event: 'speakers.changed', data: {} })
  Line.last.onopen?.()
  await soon()
  expect([Line.made[1]?.closed, first?.closed, socket.state]).toEqual([true, false, 'open'])
  await cut()
  first?.onclose?.({ code: 1006 })
  await vi.advanceTimersByTimeAsync(200)
  expect(Line.last.ticket).toBe('over-0-2')
  socket.close()
})

it('leaves a server that is only slow its time before it goes over to another connection', async () => {
  const socket = await opened()
  socket.renew()
  await vi.advanceTimersByTimeAsync(3900)
  Line.made[0]?.tell({ event: 'speakers.changed', data: {} })
  await soon()
  expect([Line.made[0]?.closed, socket.state]).toEqual([false, 'open'])
  socket.close()
})

it('calls nobody silent while it stood still itself: what came meanwhile is heard first', async () => {
  const socket = await opened()
  const [line] = Line.made
  const answered = socket.request('room.leave', {}, 700)
  const asked = line!.sent.at(-1)!
  // A page that is held up for 3 s runs its timer before it reads what has come.
  vi.setSystemTime(Date.now() + 3000)
  await vi.advanceTimersByTimeAsync(701)
  line!.tell({ id: asked.id, ok: true, data: {} })
  expect(await answered).toEqual({})
  await vi.advanceTimersByTimeAsync(200)
  expect(Line.made).toHaveLength(1)
  // Nothing came: it is silent after all.
  const missed = socket.request('room.leave', {}, 700).catch((error: unknown) => error)
  vi.setSystemTime(Date.now() + 3000)
  await vi.advanceTimersByTimeAsync(900)
  expect(await missed).toMatchObject({ code: 'timeout' })
  expect(Line.made).toHaveLength(2)
  socket.close()
})

it('begins anew at once when the network is back or another, whatever hangs', async () => {
  const socket = await opened()
  await cut()
  for (const sign of ['online', 'change', 'resume']) {
    const hanging = Line.last
    Object.assign(browser, { type: sign })
    browser.dispatchEvent(new Event(sign))
    expect([sign, hanging.closed, Line.last === hanging]).toEqual([sign, true, false])
  }
  Line.last.onopen?.()
  expect(socket.state).toBe('open')
  socket.close()
})

it('keeps an open connection when only the kind of network is another', async () => {
  const socket = await opened()
  Object.assign(browser, { type: 'cellular' })
  browser.dispatchEvent(new Event('change'))
  expect([Line.made.length, socket.state]).toEqual([1, 'open'])
  socket.close()
})
