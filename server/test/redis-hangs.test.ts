import { randomUUID } from 'node:crypto'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { join, newClass, until, type Seated } from './factories-rooms.ts'
import { startRedis, type TestRedis } from './harness-redis.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { startSfu } from './real-sfu.ts'

let redis: TestRedis
let here: TestServer, there: TestServer
let mentor: Person, asha: Person, bela: Person

beforeAll(async () => {
  redis = await startRedis()
  const sfu = await startSfu()
  const env = { SFU_URLS: sfu.url, REDIS_URL: redis.url }
  here = await startServer({ env })
  there = await startServer({ env })
  mentor = await here.person({ roles: ['mentor'] })
  asha = await here.person()
  bela = await here.person()
})

const say = ({ socket }: Seated, text: string) =>
  socket.request('chat.send', { text, clientId: randomUUID() })
const hears = ({ socket }: Seated, text: string, ms = 10_000) =>
  socket.heard('chat.message', (line) => line.data.text === text, ms)

test('a Redis that hangs ends no class: chat goes on, other servers hear it from the database, and all is as before once it goes on', async () => {
  const sessionId = await newClass(here.db, mentor, [asha, bela])
  const teaching = await join(here, mentor, sessionId)
  const learning = await join(here, asha, sessionId)
  const elsewhere = await join(there, bela, sessionId)
  redis.hang()
  onTestFinished(() => redis.goOn())
  for (const text of ['one', 'two', 'three']) {
    await say(teaching, text)
    await hears(learning, text, 1_000)
  }
  await hears(elsewhere, 'three')
  for (const server of [here, there]) {
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200)
  }
  redis.goOn()
  await until('the bus carries what is said again', async () => {
    const text = randomUUID()
    await say(teaching, text)
    return hears(elsewhere, text, 300).then(
      () => true,
      () => false,
    )
  })
  const lines = ({ socket }: Seated) => socket.all('chat.message').map(({ seq }) => seq)
  await until('everybody has every line', () => lines(elsewhere).length === lines(learning).length)
  expect(lines(elsewhere)).toEqual(lines(learning))
})
