/** Suspension reaches every server within five seconds: sockets, and media whose socket was away. */
import { peopleRoutes as routes } from '@peerlearn/contract/people'
import { closeCode } from '@peerlearn/contract/channel'
import { beforeAll, expect, test } from 'vitest'
import { join, newClass, until } from './factories-rooms.ts'
import { startRedis } from './harness-redis.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { startSfu, type RealSfu } from './real-sfu.ts'

let sfu: RealSfu
let one: TestServer, two: TestServer
let admin: Person
beforeAll(async () => {
  sfu = await startSfu()
  const redis = await startRedis()
  const env = { SFU_URLS: sfu.url, REDIS_URL: redis.url }
  one = await startServer({ env })
  two = await startServer({ env })
  admin = await one.person({ roles: ['admin'] })
})

const suspend = async ({ userId }: Person) => {
  const begun = performance.now()
  await one.api(routes.suspend, { params: { id: userId }, body: { reason: 'Sold seats outside.' } }, admin)
  return begun
}

async function aClass() {
  const mentor = await one.person({ roles: ['mentor'] })
  const asha = await one.person()
  const sessionId = await newClass(one.db, mentor, [asha])
  return { mentor, asha, sessionId, teaching: await join(one, mentor, sessionId) }
}

test('closes the sockets of somebody suspended on both servers, and their media', async () => {
  const { asha, sessionId, teaching } = await aClass()
  const learning = await join(two, asha, sessionId)
  const outside = await one.connect(asha)
  const camera = await learning.sends('camera')
  await teaching.socket.heard('producer.opened', (p) => p.producerId === camera)
  const begun = await suspend(asha)
  for (const socket of [learning.socket, outside])
    expect(await socket.closed).toMatchObject({ code: closeCode.signedOut, reason: 'signed-out' })
  await teaching.socket.heard('producer.closed', (p) => p.producerId === camera)
  await teaching.socket.heard('peer.left', (e) => e.data.userId === asha.userId)
  expect(performance.now() - begun).toBeLessThan(5_000)
})

test('closes media whose page was just looking for its connection', async () => {
  const { asha, sessionId, teaching } = await aClass()
  const learning = await join(two, asha, sessionId)
  const camera = await learning.sends('camera')
  await teaching.socket.heard('producer.opened', (p) => p.producerId === camera)
  learning.socket.ws.terminate()
  await teaching.socket.heard('peer.connection', (c) => c.peerId === learning.peerId)
  const begun = await suspend(asha)
  await teaching.socket.heard('producer.closed', (p) => p.producerId === camera)
  expect(performance.now() - begun).toBeLessThan(5_000)
})

test('ends the class of a suspended mentor', async () => {
  const { mentor, asha, sessionId, teaching } = await aClass()
  const learning = await join(two, asha, sessionId)
  await suspend(mentor)
  await teaching.socket.closed
  await learning.socket.heard('room.closed')
  await until('the session has ended', async () => {
    const { status } = await one.db
      .selectFrom('session')
      .select('status')
      .where('id', '=', sessionId)
      .executeTakeFirstOrThrow()
    return status === 'ended'
  })
})
