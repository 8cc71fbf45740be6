import { adminRoutes } from '@peerlearn/contract/admin'
import { attendanceRoutes } from '@peerlearn/contract/attendance'
import { availabilityRoutes } from '@peerlearn/contract/availability'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { couponRoutes } from '@peerlearn/contract/coupons'
import { documentRoutes } from '@peerlearn/contract/documents'
import { packRoutes } from '@peerlearn/contract/packs'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { payoutRoutes } from '@peerlearn/contract/payouts'
import { peopleRoutes } from '@peerlearn/contract/people'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { authRoutes } from '@peerlearn/contract/auth'
import { beforeAll, expect, test } from 'vitest'
import { verifyAudit } from '../src/audit/verify.ts'
import { presentCode } from '../src/auth/totp.ts'
import { verifyBooks } from '../src/ledger/verify.ts'
import { isEmpty, seedDemo, type Demo } from '../src/demo.ts'
import { circle, taxReturn, weekly } from '../src/demo/courses.ts'
import { playDemo } from '../src/demo/play.ts'
import { freePort, startServer, type TestServer } from './harness.ts'
import { startSandbox } from './payments-sandbox.ts'

let server: TestServer
let demo: Demo
let ms: number
beforeAll(async () => {
  const port = await freePort()
  server = await startServer({ env: { RAZORPAY_API_URL: `http://127.0.0.1:${port}` } })
  const { config, db, url } = server
  await startSandbox({ port, hook: url + paymentRoutes.webhook.path, config, misbehaviour: {} })
  expect(await isEmpty(db)).toBe(true)
  const before = performance.now()
  demo = await seedDemo(db, new Date(), config.AUTH_SECRET)
  ms = performance.now() - before
  await playDemo(db, config, new Date())
})

interface Account {
  email: string
  password: string
  totp?: string
}

const logins = new Map<string, ReturnType<typeof signIn>>()

/** Each of them once: a code of an authenticator app is not taken twice. */
function login(account: Account) {
  const login = logins.get(account.email) ?? signIn(account)
  logins.set(account.email, login)
  return login
}

/** With a second factor where one is asked. */
async function signIn({ email, password, totp = '' }: Account) {
  const answer = await server.api(authRoutes.login, { body: { email, password } })
  if ('user' in answer) return answer
  if (!('asked' in answer)) throw new Error(`${email} can't sign in`)
  const proof = { way: 'code' as const, code: presentCode(totp) }
  const signedIn = await server.api(authRoutes.loginStep, { body: { step: answer.asked.step, proof } })
  if (!('user' in signedIn)) throw new Error(`${email} can't sign in with a code`)
  return signedIn
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
  expect(items.filter((item) => item.seatsLeft === 0).map((item) => item.title)).toEqual([circle.title])
  expect(items.filter((item) => item.staged).map((item) => item.capacity)).toEqual([150])
  expect(items.some((item) => item.mentor.rating !== null)).toBe(true)
})

/** Somebody of the demo, signed in, as who calls a route. */
const as = async (account: Account) => {
  const { user, accessToken: token } = await login(account)
  return { token, userId: user.id }
}

/** The class that is over, as the mentor's page lists it. */
async function findTaught(mentor: { token: string }) {
  const { items } = await server.api(sessionRoutes.mentorData, {}, mentor)
  const taught = items.find(({ session }) => session.title === taxReturn.title)
  return taught?.session.id ?? ''
}

test('has a class that was bought, held, counted and praised', async () => {
  const mentor = await as(demo.mentor)
  const one = { params: { id: await findTaught(mentor) } }
  const seen = await server.api(sessionRoutes.get, one, await as(demo.learners[0]!))
  expect(seen).toMatchObject({ session: { status: 'ended' }, gaveFeedback: true })
  expect(seen.feedback).toMatchObject([{ name: 'Aditi Sharma', rating: 5 }])
  const { verdict, people } = await server.api(attendanceRoutes.read, one, mentor)
  expect(verdict).toMatchObject({ outcome: 'held', refundBasisPoints: 0, mentorSeconds: 3_600 })
  expect(people.map(({ seconds }) => seconds)).toEqual([3_600, 3_600, 3_600])
})

test('has sold seats and a pack, with a receipt of each, and has paid the mentor', async () => {
  const aditi = await as(demo.learners[0]!)
  const { items: documents } = await server.api(documentRoutes.mine, {}, aditi)
  expect(documents.map(({ kind, totalPaise }) => [kind, totalPaise])).toEqual([
    ['receipt', 49_900],
    ['receipt', 199_900],
  ])
  const { items: packs } = await server.api(packRoutes.mine, {}, aditi)
  expect(packs).toMatchObject([{ credits: 5, left: 4, expired: false }])
  const mentor = await as(demo.mentor)
  const { items: coupons } = await server.api(couponRoutes.mine, {}, mentor)
  expect(coupons).toMatchObject([{ percent: 20, uses: 1 }])
  const { items: earnings } = await server.api(payoutRoutes.mine, {}, mentor)
  const paid = earnings.find(({ title }) => title === taxReturn.title)
  expect(paid).toMatchObject({ state: 'paid', grossPaise: 89_820, amountPaise: 80_838 })
})

test('leaves books in which every paisa is explained, and an audit log that is whole', async () => {
  expect(await verifyBooks(server.db)).toEqual([])
  const { rows, fault } = await verifyAudit(server.db)
  expect(fault).toBeNull()
  expect(rows).toBeGreaterThan(0)
})

test('shows a mentor’s hours and a series, a full class with its queue, and an application that waits', async () => {
  const mentor = await as(demo.mentor)
  const { hours } = await server.api(availabilityRoutes.mine, {}, mentor)
  expect(hours.length).toBeGreaterThan(6)
  const { items } = await server.api(sessionRoutes.list, { query: { limit: 50, mentorId: mentor.userId } })
  expect(items.filter(({ title }) => title === weekly.title)).toHaveLength(4)
  const full = items.find(({ title }) => title === circle.title)
  const zoya = await server.api(
    sessionRoutes.get,
    { params: { id: full?.id ?? '' } },
    await as(demo.learners[2]!),
  )
  expect(zoya).toMatchObject({ waiting: { place: 1 }, waitingCount: 2 })
  const query = { status: 'pending' as const, limit: 20 }
  const { items: applicants } = await server.api(peopleRoutes.applications, { query }, await as(demo.admin))
  expect(applicants.map(({ name }) => name)).toEqual(['Neha Kulkarni'])
})

test('teaches in the evening of where its mentors live', async () => {
  const { items } = await server.api(sessionRoutes.list, { query: { limit: 50 } })
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Asia/Kolkata',
    hour: '2-digit',
    minute: '2-digit',
  })
  const begin = items
    .filter(({ id }) => id !== demo.liveSessionId)
    .map(({ startsAt }) => clock.format(new Date(startsAt)))
  for (const time of begin) expect(time >= '17:00' && time <= '20:00', time).toBe(true)
})
