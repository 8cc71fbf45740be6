import { adminRoutes } from '@peerlearn/contract/admin'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { authRoutes } from '@peerlearn/contract/auth'
import { beforeAll, expect, test } from 'vitest'
import { presentCode } from '../src/auth/totp.ts'
import { isEmpty, seedDemo, type Demo } from '../src/demo.ts'
import { startServer, type TestServer } from './harness.ts'

let server: TestServer
let demo: Demo
let ms: number
beforeAll(async () => {
  server = await startServer()
  expect(await isEmpty(server.db)).toBe(true)
  const before = performance.now()
  demo = await seedDemo(server.db, new Date(), server.config.AUTH_SECRET)
  ms = performance.now() - before
})

/** Signs in, with a second factor where one is asked. */
async function login({ email, password, totp = '' }: { email: string; password: string; totp?: string }) {
  const answer = await server.api(authRoutes.login, { body: { email, password } })
  if (!('asked' in answer)) return answer
  const proof = { way: 'code' as const, code: presentCode(totp) }
  return server.api(authRoutes.loginStep, { body: { step: answer.asked.step, proof } })
}

test('is quick, once, and has passwords of its own each time', async () => {
  expect(ms).toBeLessThan(5_000)
  expect(await isEmpty(server.db)).toBe(false)
  const passwords = [demo.mentor, ...demo.learners, demo.admin].map((account) => account.password)
  expect(new Set(passwords).size).toBe(5)
  for (const password of passwords) expect(password).toMatch(/^[a-z2-9]{12,}$/)
})

test('lets its people sign in, each with their roles', async () => {
  expect((await login(demo.mentor)).user.roles).toEqual(['learner', 'mentor'])
  expect(demo.learners).toHaveLength(3)
  for (const learner of demo.learners) expect((await login(learner)).user.roles).toEqual(['learner'])
})

test('lets its admin in with a code of their authenticator app', async () => {
  const { user, accessToken } = await login(demo.admin)
  expect(user.roles).toEqual(['learner', 'admin', 'owner'])
  const { counts } = await server.api(adminRoutes.overview, {}, { token: accessToken })
  expect(counts.mentors).toBeGreaterThan(9)
})

test('has a class of its mentor that starts now, with the first learner in it', async () => {
  const mentor = await login(demo.mentor)
  const learner = await login(demo.learners[0]!)
  const one = { params: { id: demo.liveSessionId } }
  const seen = await server.api(sessionRoutes.get, one, { token: learner.accessToken })
  expect(seen.session).toMatchObject({ status: 'scheduled', mentor: { id: mentor.user.id } })
  expect(Math.abs(Date.parse(seen.session.startsAt) - Date.now())).toBeLessThan(60_000)
  expect(seen.booking?.status).toBe('confirmed')
  const other = await login(demo.learners[1]!)
  const booked = await server.api(bookingRoutes.book, { ...one, body: {} }, { token: other.accessToken })
  expect(booked.status).toBe('confirmed')
  const started = await server.api(sessionRoutes.start, { ...one, body: {} }, { token: mentor.accessToken })
  expect(started.status).toBe('live')
})

test('fills the catalogue: many mentors, free and paid, nearly full and rated', async () => {
  const { items } = await server.api(sessionRoutes.list, { query: { limit: 50 } })
  expect(items.length).toBeGreaterThan(40)
  expect(new Set(items.map((item) => item.mentor.id)).size).toBeGreaterThanOrEqual(10)
  expect(items.some((item) => item.pricePaise === 0)).toBe(true)
  expect(items.some((item) => item.pricePaise > 0)).toBe(true)
  expect(items.some((item) => item.seatsLeft === 1)).toBe(true)
  expect(items.every((item) => item.seatsLeft > 0)).toBe(true)
  expect(items.filter((item) => item.staged).map((item) => item.capacity)).toEqual([150])
  expect(items.some((item) => item.mentor.rating !== null)).toBe(true)
})
