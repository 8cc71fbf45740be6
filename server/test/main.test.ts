/** The server as a process: how it refuses to start, and how it ends. */
import { authRoutes } from '@peerlearn/contract/auth'
import { userRoutes } from '@peerlearn/contract/users'
import { expect, test } from 'vitest'
import { createAccessTokens } from '../src/auth/access-tokens.ts'
import { newPerson } from './factories.ts'
import { eventually, freePort, openDb, testConfig } from './harness.ts'
import { call, TestSocket } from './harness-client.ts'
import { environment, startProcess } from './harness-process.ts'

/** A running server with somebody's open socket. */
async function inUse() {
  const env = await environment()
  const server = startProcess(env)
  const url = env.PUBLIC_URL!
  await eventually(async () => expect((await fetch(`${url}/health/live`)).status).toBe(200))
  const tokens = createAccessTokens(testConfig(), () => new Date())
  const person = await newPerson(await openDb(), tokens)
  const { ticket } = await call(url, authRoutes.wsTicket, { body: {} }, person)
  return { ...server, url, person, ticket, socket: await new TestSocket({ url, ticket }).opened() }
}

test.each(['SIGTERM', 'SIGINT', 'disconnect'] as const)(
  'ends on %s within two seconds: sockets are told to come back, the exit is clean',
  async (how) => {
    const { child, ended, socket, url } = await inUse()
    const begun = performance.now()
    if (how === 'disconnect') child.disconnect()
    else child.kill(how)
    expect(await socket.closed).toEqual({ code: 1012, reason: 'restart' })
    expect(await ended).toBe(0)
    expect(performance.now() - begun).toBeLessThan(3_000)
    await expect(fetch(`${url}/health/live`)).rejects.toThrow()
  },
)

test('writes JSON with a request id, and no token, ticket, password or address of a person', async () => {
  const { output, url, person, ticket, child, ended } = await inUse()
  await call(url, authRoutes.login, { body: { email: person.email, password: person.password } })
  await call(url, userRoutes.mentors, { query: { q: 'a-secret-wish' } }, person)
  child.kill('SIGTERM')
  await ended
  const lines = output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  const asked = lines.filter((line) => line.msg === 'request')
  expect(asked).toContainEqual(
    expect.objectContaining({
      method: 'GET',
      path: userRoutes.mentors.path,
      status: 200,
      requestId: expect.any(String) as unknown,
    }),
  )
  for (const secret of [person.token, ticket, person.password, person.email, 'a-secret-wish'])
    expect(output()).not.toContain(secret)
})

test('does not start in production with settings that are missing or weak, and names each', async () => {
  const { output, ended } = startProcess({
    NODE_ENV: 'production',
    AUTH_SECRET: 'changeme-changeme',
    PUBLIC_URL: 'http://x.example',
  })
  expect(await ended).toBe(1)
  for (const name of [
    'DATABASE_URL',
    'SFU_SECRET',
    'SFU_URLS',
    'TURN_SECRET',
    'RAZORPAY_KEY_ID',
    'RAZORPAY_KEY_SECRET',
  ])
    expect(output()).toContain(`${name}: is missing`)
  for (const name of ['AUTH_SECRET: looks like a default', 'PUBLIC_URL: must begin with https://'])
    expect(output()).toContain(name)
  expect(output()).not.toContain('changeme')
})

test('says in one sentence that its port is in use', async () => {
  const env = await environment()
  const first = startProcess(env)
  await eventually(() => expect(first.output()).toContain('listening'))
  const second = startProcess(env)
  expect(await second.ended).toBe(1)
  expect(second.output()).toContain(`Port ${env.PORT} is in use by another program.`)
})

test('serves metrics where it is told to, and ends with them open', async () => {
  const port = await freePort()
  const env = { ...(await environment()), METRICS_LISTEN: `127.0.0.1:${port}` }
  const { child, ended } = startProcess(env)
  await eventually(async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    expect(text).toContain('peerlearn_server_memory_bytes')
  })
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})
