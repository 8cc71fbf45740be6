/** Whatever a class needed on a server is given back when its people have gone, however they went. */
import { beforeAll, expect, test, vi } from 'vitest'
import { LiveRooms } from '../src/rooms/live-rooms.ts'
import { aMinuteLater, comeAndGo, countObjects, countResources, countSeats, endings } from './churn.ts'
import { join, newClass, until, view } from './factories-rooms.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { startSfu, type RealSfu } from './real-sfu.ts'

const count = Number(process.env.CHURN_ROOMS ?? 20)
let sfu: RealSfu
let server: TestServer
let rooms: LiveRooms
let people: [Person, ...Person[]]

beforeAll(async () => {
  sfu = await startSfu({ graceSeconds: 1 })
  const opened = vi.spyOn(LiveRooms.prototype, 'reconcile')
  server = await startServer({ env: { SFU_URLS: sfu.url } })
  rooms = opened.mock.contexts[0] as LiveRooms
  opened.mockRestore()
  people = [await server.person({ roles: ['mentor'] }), await server.person(), await server.person()]
})

const run = async (classes: number) => {
  for (let n = 0; n < classes; n++) await comeAndGo(server, people, endings[n % endings.length]!)
  await until('the node has nobody', () => sfu.rooms.peers === 0)
  await until('all rooms are let go of', async () => {
    await aMinuteLater(rooms)
    return sfu.rooms.size === 0
  })
}

test(`has everything back after ${count} classes of three came and went`, async () => {
  await run(endings.length)
  const before = { ...countResources(), ...countObjects() }
  await run(count)
  const over = (now: Partial<typeof before>) =>
    Object.entries(now).filter(([name, number]) => number > before[name as keyof typeof before])
  // What is kept for the next request goes after some seconds.
  await until('sockets and timers are back', () => over(countResources()).length === 0, 20_000).catch(() =>
    expect(countResources()).toMatchObject(before),
  )
  expect(over(countObjects())).toEqual([])
}, 600_000)

test('keeps one seat of somebody who joins again and again on one socket', async () => {
  const [mentor] = people
  const sessionId = await newClass(server.db, mentor, [])
  const { socket } = await join(server, mentor, sessionId)
  const { rtpCapabilities } = await socket.request('room.prepare', { sessionId })
  for (let n = 0; n < 40; n++) await socket.request('room.join', { sessionId, rtpCapabilities, view })
  // The last one, and one that a message may have in hand.
  await until('the earlier seats are let go of', () => countSeats() <= 2)
  await socket.request('room.leave', {})
  socket.close()
  await socket.closed
})
