import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ClientSocket } from '../sockets.ts'
import type { NodeRoom } from './node-room.ts'
import { Moves } from './moves.ts'
import { Seat } from './seat.ts'

/** Who asks people to move needs to know only where they are. */
const node = (nodeId: string) => ({ nodeId, peers: new Map() }) as unknown as NodeRoom
const [old, fresh] = [node('old'), node('fresh')]
const connected = (room: NodeRoom, peerId: string) =>
  ({ ...room, peers: new Map([[peerId, { connection: 'connected' }]]) }) as unknown as NodeRoom
let where: Map<string, NodeRoom[]>
let told: string[]
let closed: string[]
let seats: Seat[]
let moves: Moves

function aSeat(peerId: string): Seat {
  const socket = { tell: (event: string) => void told.push(`${peerId} ${event}`) } as unknown as ClientSocket
  const seat = new Seat(socket, `user of ${peerId}`, peerId)
  seat.take()
  return seat
}

beforeEach(() => {
  vi.useFakeTimers()
  told = []
  closed = []
  where = new Map([
    ['a', [old]],
    ['b', [old]],
  ])
  seats = ['a', 'b'].map(aSeat)
  moves = new Moves({
    seats: () => seats,
    onFinished: () => undefined,
    media: {
      holders: (peerId) => where.get(peerId) ?? [],
      askAll: (peerId, _, rooms = []) => closed.push(...rooms.map(({ nodeId }) => `${peerId} on ${nodeId}`)),
      forget: (peerId, rooms = []) =>
        where.set(
          peerId,
          (where.get(peerId) ?? []).filter((room) => !rooms.includes(room)),
        ),
    },
  })
})
afterEach(() => {
  moves.close()
  vi.useRealTimers()
})

test('people are asked one after another, and once however often it is said that they must go', () => {
  moves.leave(old)
  moves.leave(old)
  vi.advanceTimersByTime(30)
  expect(told).toEqual(['a media.moving'])
  vi.advanceTimersByTime(200)
  expect(told).toEqual(['a media.moving', 'b media.moving'])
})

test('a client that never says that the new media flow has its old ones closed in the end', () => {
  moves.leave(old)
  vi.advanceTimersByTime(100)
  where.set('a', [connected(fresh, 'a'), old])
  moves.begun('a')
  vi.advanceTimersByTime(9_000)
  expect(closed).toEqual([])
  vi.advanceTimersByTime(2_000)
  expect(closed).toEqual(['a on old'])
})

test('a client that can’t reach the new node keeps its old media while it tries, for half a minute in all', () => {
  seats = seats.slice(0, 1)
  moves.leave(old)
  vi.advanceTimersByTime(100)
  where.set('a', [fresh, old])
  moves.begun('a')
  vi.advanceTimersByTime(14_000)
  moves.begun('a')
  vi.advanceTimersByTime(14_000)
  expect(closed).toEqual([])
  vi.advanceTimersByTime(12_000)
  expect(closed).toEqual(['a on old'])
})

test('a client that never moves makes its media anew in the end', () => {
  moves.leave(old)
  vi.advanceTimersByTime(40_000)
  expect(closed).toEqual(['a on old', 'b on old'])
  expect(told.filter((one) => one.endsWith('media.lost'))).toEqual(['a media.lost', 'b media.lost'])
})

test('nobody is asked any more once the node stays', () => {
  moves.leave(old)
  vi.advanceTimersByTime(100)
  moves.stay(old)
  vi.advanceTimersByTime(60_000)
  expect(told).toEqual(['a media.moving', 'b media.moving'])
  expect(closed).toEqual([])
})
