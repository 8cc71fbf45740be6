import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Heard } from '../sockets.ts'
import { Callbacks } from '../sfu/callbacks.ts'
import { observeRooms } from './observing.ts'

type Given = Parameters<typeof observeRooms>
const sessionId = crypto.randomUUID()
const peerId = crypto.randomUUID()
let onClose: Callbacks
let onRoom: Callbacks<[{ name: string; data: object }]>
let told: string[]

/** Joins on the socket; what it is told by its node comes by `onRoom`. */
async function join(): Promise<void> {
  const handlers = { 'room.join': () => Promise.resolve({ peerId, media: {} }) } as unknown as Given[0]
  const node = { onRoom: (_: string, run: () => void) => onRoom.add(run) }
  const watched = observeRooms(handlers, { nodes: [node] } as unknown as Given[1], ({ kind }) =>
    told.push(kind),
  )
  const socket = { onClose: (run: () => void) => onClose.add(run) }
  await watched['room.join']({ socket, data: { sessionId } } as unknown as Heard<'room.join'>)
}

beforeEach(() => {
  vi.useFakeTimers()
  onClose = new Callbacks()
  onRoom = new Callbacks()
  told = []
})
afterEach(() => void vi.useRealTimers())

test('a join is told of when its media are up, and nothing of it is kept with its socket', async () => {
  await join()
  expect([onClose.size, onRoom.size]).toEqual([1, 1])
  onRoom.run({ name: 'peer.connection', data: { peerId, connection: 'connected' } })
  expect(told).toEqual(['join'])
  expect([onClose.size, onRoom.size]).toEqual([0, 0])
})

test('nothing is kept either of somebody whose media never come, or whose socket goes', async () => {
  await join()
  vi.advanceTimersByTime(60_000)
  expect([onClose.size, onRoom.size]).toEqual([0, 0])
  await join()
  onClose.run()
  expect([onClose.size, onRoom.size]).toEqual([0, 0])
  expect(told).toEqual([])
})
