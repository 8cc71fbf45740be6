import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { join, newClass, refusal, until } from './factories-rooms.ts'
import { startRedis, type TestRedis } from './harness-redis.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { startSfu } from './real-sfu.ts'

let redis: TestRedis
let one: TestServer, two: TestServer
let mentor: Person, asha: Person

beforeAll(async () => {
  redis = await startRedis()
  const sfu = await startSfu()
  const env = { SFU_URLS: sfu.url, REDIS_URL: redis.url }
  one = await startServer({ env })
  two = await startServer({ env })
  mentor = await one.person({ roles: ['mentor'] })
  asha = await one.person()
})

/** The mentor on one server, the learner on the other. */
async function aClass() {
  const sessionId = await newClass(one.db, mentor, [asha])
  const teaching = await join(one, mentor, sessionId)
  const learning = await join(two, asha, sessionId)
  return { sessionId, teaching, learning }
}

describe('two servers with one room', () => {
  test('its people hear each other’s events in one order', async () => {
    const { teaching, learning } = await aClass()
    await teaching.socket.heard('peer.joined', (e) => e.data.userId === asha.userId)
    const say = ({ socket }: typeof teaching, text: string) =>
      socket.request('chat.send', { text, clientId: randomUUID() })
    await Promise.all(Array.from({ length: 20 }, (_, i) => say(i % 2 ? teaching : learning, `line ${i}`)))
    const heard = ({ socket }: typeof teaching) => socket.all('chat.message').map((e) => e.seq)
    await until('all is heard', () => heard(teaching).length === 20 && heard(learning).length === 20)
    expect(heard(teaching)).toEqual(heard(learning))
  })

  test('see and hear each other', async () => {
    const { teaching, learning } = await aClass()
    const camera = await teaching.sends('camera')
    await learning.socket.heard('consumer.opened', (c) => c.producerId === camera)
    const microphone = await learning.sends('microphone')
    await teaching.socket.heard('consumer.opened', (c) => c.producerId === microphone)
    await teaching.socket.request('peer.mute', { userId: asha.userId })
    await learning.socket.heard('peer.muted')
    await teaching.socket.heard('producer.paused', (p) => p.producerId === microphone)
  })

  test('a tab on the other server takes the seat over', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const camera = await learning.sends('camera')
    await teaching.socket.heard('producer.opened')
    const second = await join(one, asha, sessionId)
    await learning.socket.heard('room.replaced')
    await teaching.socket.heard('producer.closed', (p) => p.producerId === camera)
    expect(await refusal(learning.socket, 'hand.raise', {})).toBe('replaced')
    expect(second.joined.state.people).toHaveLength(2)
  })

  test('a page that comes back to the other server goes on; its old socket’s end changes nothing', async () => {
    const { sessionId, teaching, learning } = await aClass()
    const camera = await learning.sends('camera')
    await teaching.socket.heard('producer.opened')
    const back = await join(one, asha, sessionId, learning.peerId)
    expect(back.joined).toMatchObject({ peerId: learning.peerId, media: null })
    learning.socket.close()
    await learning.socket.closed
    await back.socket.request('producer.pause', { producerId: camera })
    await teaching.socket.heard('producer.paused', (p) => p.producerId === camera)
    const told = teaching.socket.all('peer.connection').filter((c) => c.peerId === back.peerId)
    expect(told.filter((c) => c.connection === 'reconnecting')).toEqual([])
  })

  test('who is removed on one is out on the other, and its end is everybody’s', async () => {
    const { sessionId, teaching, learning } = await aClass()
    await teaching.socket.request('peer.remove', { userId: asha.userId })
    await learning.socket.heard('room.removed')
    expect(await refusal(learning.socket, 'room.prepare', { sessionId })).toBe('removed')
    const next = await aClass()
    await next.teaching.socket.request('room.end', {})
    await next.learning.socket.heard('room.closed')
    expect(await refusal(next.learning.socket, 'hand.raise', {})).toBe('session-ended')
  })

  test('what the bus lost while it was away is told when it is noticed', async () => {
    const { teaching, learning } = await aClass()
    const port = Number(new URL(redis.url).port)
    await redis.stop()
    await teaching.socket.request('chat.send', { text: 'Can you hear me?', clientId: randomUUID() })
    await learning.socket.heard('chat.message', (e) => e.data.text === 'Can you hear me?')
    redis = await startRedis(port)
    await until('the bus is back', async () => {
      const text = randomUUID()
      await teaching.socket.request('chat.send', { text, clientId: text })
      await learning.socket.heard('chat.message', (e) => e.data.text === text, 200).catch(() => undefined)
      return learning.socket.all('chat.message').some((e) => e.data.text === text)
    })
  })
})
