import { adminRoutes, type LiveNode } from '@peerlearn/contract/admin'
import { beforeAll, expect, test } from 'vitest'
import { join, newClass, refusal, view } from './factories-rooms.ts'
import { startServer, type Person, type TestServer, type TestSocket } from './harness.ts'
import { startSfu, type RealSfu } from './real-sfu.ts'

let server: TestServer
let only: RealSfu
let mentor: Person, asha: Person, boss: Person
let admin: TestSocket

/** The only node there is, to be empty within a second: nobody can be moved. */
beforeAll(async () => {
  only = await startSfu({ nodeId: 'only', env: { SFU_EMPTY_SECONDS: '1' } })
  server = await startServer({ env: { SFU_URLS: only.url } })
  mentor = await server.person({ roles: ['mentor'] })
  asha = await server.person()
  boss = await server.person({ roles: ['admin'] })
  admin = await server.connect(boss)
  await admin.request('admin.watch', {})
})

test('an emptying that can’t be is over at its deadline: it is said so, and the class goes on until it is taken back', async () => {
  const sessionId = await newClass(server.db, mentor, [asha])
  const teaching = await join(server, mentor, sessionId)
  const params = { id: 'only' }
  await server.api(adminRoutes.drain, { params }, boss)
  const failed = await admin.heard('admin.live', ({ nodes }) => nodes[0]?.draining?.failed === true)
  const { draining } = failed.nodes[0] ?? {}
  expect(draining).toMatchObject({ peopleAtFirst: 1, people: 1 })
  expect(Date.parse(failed.at)).toBeGreaterThanOrEqual(Date.parse(draining?.until ?? ''))
  const told = await admin.heard('system.alert', ({ message }) => message.includes('has failed'))
  expect(told).toMatchObject({ level: 'error' })
  expect(told.message).toContain('1 person could not be moved: no other node has room')

  const learning = await join(server, asha, sessionId)
  const microphone = await learning.sends('microphone')
  await teaching.socket.heard('consumer.opened', ({ producerId }) => producerId === microphone)
  expect([...teaching.socket.all('media.moving'), ...teaching.socket.all('media.lost')]).toEqual([])
  const another = await newClass(server.db, mentor, [asha])
  const page = await server.connect(asha)
  const comingIn = refusal(page, 'room.join', { sessionId: another, rtpCapabilities: {}, view })
  expect(await comingIn, 'it takes no new room').toBe('media-full')

  await server.api(adminRoutes.undrain, { params }, boss)
  const isBack = ({ up, draining: left }: LiveNode) => up && left === null
  const back = await admin.heard('admin.live', ({ at, nodes }) => at > failed.at && nodes.some(isBack))
  expect(back.alerts, 'with the first look at the node in use').toEqual([])
  await admin.heard('system.alert', ({ message }) => message === 'only is empty now, or was taken back.')
  await join(server, asha, another)
  expect(only.rooms.size, 'it takes rooms again').toBe(2)
})
