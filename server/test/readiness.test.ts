import { bookingRoutes } from '@peerlearn/contract/bookings'
import { invitationRoutes } from '@peerlearn/contract/invitations'
import { readinessRoutes } from '@peerlearn/contract/readiness'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { forgetOldRows } from '../src/retention.ts'
import { newBooking, newSession } from './factories.ts'
import { goodCheck as good } from './good-check.ts'
import { eventually, startServer, type Person, type TestServer } from './harness.ts'
import { startSfu, type RealSfu } from './real-sfu.ts'

const hour = 3_600_000
const from = (hours: number) => new Date(Date.now() + hours * hour)

let sfu: RealSfu
let server: TestServer
let mentor: Person
beforeAll(async () => {
  sfu = await startSfu()
  server = await startServer({ env: { SFU_URLS: sfu.url } })
  mentor = await server.person({ roles: ['mentor'], name: 'Asha' })
})

const store = (who: Person, result = good) => server.api(readinessRoutes.store, { body: result }, who)
const board = async (sessionId: string, who = mentor) =>
  (await server.api(readinessRoutes.board, { params: { id: sessionId } }, who)).items

test('a check counts for every coming class of the person, and for no other', async () => {
  const learner = await server.person({ name: 'Bala' })
  const times = { soon: 1, late: 300, past: -30 }
  const sessions = await Promise.all(
    Object.values(times).map((hours) =>
      newSession(server.db, { mentorId: mentor.userId, starts_at: from(hours) }),
    ),
  )
  for (const sessionId of sessions) await newBooking(server.db, { sessionId, learnerId: learner.userId })
  const cancelled = await newSession(server.db, { mentorId: mentor.userId, status: 'cancelled' })
  await newBooking(server.db, { sessionId: cancelled, learnerId: learner.userId })

  expect(await store(learner)).toMatchObject({ sessions: 2, readiness: { verdict: 'ready', result: good } })
  const seen = await Promise.all([...sessions, cancelled].map((id) => board(id)))
  expect(seen.map(([item]) => item?.readiness?.verdict)).toEqual(['ready', 'ready', undefined, undefined])
})

test('the newest check of a learner is what their mentor sees, beside those who have not tried', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId })
  const [bala, chitra] = [await server.person({ name: 'Bala' }), await server.person({ name: 'Chitra' })]
  await newBooking(server.db, { sessionId, learnerId: bala.userId })
  await newBooking(server.db, { sessionId, learnerId: chitra.userId })
  expect((await board(sessionId)).map(({ name, readiness }) => [name, readiness])).toEqual([
    ['Bala', null],
    ['Chitra', null],
  ])
  await store(bala)
  await store(bala, { ...good, ways: { udp: null, tcp: null, turn: 90 }, best: 'turn-tcp' })
  await store(chitra, { ...good, downBits: 120_000 })
  expect((await board(sessionId)).map(({ readiness }) => readiness?.verdict)).toEqual(['turn', 'voice'])
})

describe('a check made before there was a seat', () => {
  const book = (sessionId: string, who: Person, body = {}) =>
    server.api(bookingRoutes.book, { params: { id: sessionId }, body }, who)
  const age = (who: Person, days: number) =>
    sql`update latest_check set at = now() - make_interval(days => ${days}) where account_id = ${who.userId}`.execute(
      server.db,
    )
  const coming = (values = {}) =>
    newSession(server.db, { mentorId: mentor.userId, price_paise: 0, starts_at: from(48), ...values })

  test('counts for the seat that is booked afterwards', async () => {
    const learner = await server.person({ name: 'Bala' })
    expect(await store(learner)).toMatchObject({ sessions: 0, readiness: { verdict: 'ready' } })
    const sessionId = await coming()
    await book(sessionId, learner)
    const [seen] = await board(sessionId)
    expect(seen).toMatchObject({ name: 'Bala', readiness: { verdict: 'ready', result: good } })
  })

  test('counts for a guest who takes the seat', async () => {
    const [buyer, guest] = [await server.person(), await server.person({ name: 'Chitra' })]
    await store(guest, { ...good, downBits: 120_000 })
    const sessionId = await coming()
    await book(sessionId, buyer, { self: false, guests: [guest.email] })
    const token = await eventually(async () => {
      const { body_text } = await server.db
        .selectFrom('mail')
        .select('body_text')
        .where('recipient', '=', guest.email)
        .where('body_text', 'like', '%/invitation#%')
        .executeTakeFirstOrThrow()
      return /\/invitation#([\w-]{43})/.exec(body_text ?? '')![1]!
    })
    expect(await board(sessionId)).toEqual([])
    await server.api(invitationRoutes.take, { body: { token } }, guest)
    const seen = await board(sessionId)
    expect(seen.map(({ name, readiness }) => [name, readiness?.verdict])).toEqual([['Chitra', 'voice']])
  })

  test('is the newest one, and gives way to a check with the seat', async () => {
    const learner = await server.person()
    await store(learner)
    await store(learner, { ...good, microphone: 'blocked' })
    const sessionId = await coming()
    await book(sessionId, learner)
    expect((await board(sessionId))[0]?.readiness?.verdict).toBe('trouble')
    await store(learner)
    expect((await board(sessionId))[0]?.readiness?.verdict).toBe('ready')
  })

  test('counts for fourteen days, is then forgotten, and never for a class that is over', async () => {
    const learner = await server.person()
    await store(learner)
    const [sessionId, past] = [await coming(), await coming({ starts_at: from(-30) })]
    for (const id of [sessionId, past])
      await newBooking(server.db, { sessionId: id, learnerId: learner.userId })
    const verdictOf = async (id: string) => (await board(id))[0]?.readiness?.verdict
    const isKept = async () =>
      (
        await server.db
          .selectFrom('latest_check')
          .select('at')
          .where('account_id', '=', learner.userId)
          .execute()
      ).length
    await age(learner, 13)
    await forgetOldRows(server.db)
    expect([await verdictOf(sessionId), await verdictOf(past), await isKept()]).toEqual([
      'ready',
      undefined,
      1,
    ])
    await age(learner, 15)
    expect(await verdictOf(sessionId)).toBeUndefined()
    await forgetOldRows(server.db)
    expect(await isKept()).toBe(0)
  })
})

test('nobody but the mentor of the session sees its board', async () => {
  const sessionId = await newSession(server.db, { mentorId: mentor.userId })
  const other = await server.person({ roles: ['mentor'] })
  await expect(board(sessionId, other)).rejects.toMatchObject({ code: 'forbidden' })
  await expect(board(sessionId, await server.person())).rejects.toMatchObject({ code: 'forbidden' })
  await expect(board(crypto.randomUUID())).rejects.toMatchObject({ code: 'not-found' })
})

test('a mentor can check their own link for the sessions that they teach', async () => {
  const teacher = await server.person({ roles: ['mentor'] })
  await newSession(server.db, { mentorId: teacher.userId })
  expect(await store(teacher)).toMatchObject({ sessions: 1 })
})

const routers = async () => (await sfu.workers.slots[0]!.dump())?.routerIds.length
const fingerprints = [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }]

test('a probe shows the ways in, one of each way a person, and goes with its socket', async () => {
  const learner = await server.person()
  const socket = await server.connect(learner)
  const before = await routers()
  const { transport } = await socket.request('probe.open', { way: 'udp' })
  expect(new Set(transport.iceCandidates.map(({ protocol }) => protocol))).toEqual(new Set(['udp', 'tcp']))
  const second = await socket.request('probe.open', { way: 'udp' })
  await socket.request('probe.open', { way: 'tcp' })
  await socket.request('probe.connect', {
    probeId: second.probeId,
    dtlsParameters: { role: 'client', fingerprints },
  })
  await eventually(async () => expect(await routers()).toBe(before! + 2))
  socket.close()
  await eventually(async () => expect(await routers()).toBe(before))
})

test('nobody uses the probe of another, and nobody opens many', async () => {
  const [bala, chitra] = [await server.person(), await server.person()]
  const [own, others] = [await server.connect(bala), await server.connect(chitra)]
  const { probeId } = await own.request('probe.open', { way: 'udp' })
  const dtlsParameters = { role: 'client' as const, fingerprints }
  await expect(others.request('probe.connect', { probeId, dtlsParameters })).rejects.toMatchObject({
    code: 'not-found',
  })
  const tries = await Promise.allSettled(
    Array.from({ length: 30 }, () => own.request('probe.open', { way: 'tcp' })),
  )
  const refused = tries.flatMap((one) =>
    one.status === 'rejected' ? [(one.reason as { code: string }).code] : [],
  )
  expect(new Set(refused)).toEqual(new Set(['too-many-requests']))
  expect(refused.length).toBe(7)
})

test('says so at once when there is no media node to check with', async () => {
  const lonely = await startServer()
  const socket = await lonely.connect(await lonely.person())
  await expect(socket.request('probe.open', { way: 'udp' })).rejects.toMatchObject({
    code: 'media-unavailable',
  })
})
