import { adminRoutes } from '@peerlearn/contract/admin'
import { beforeAll, expect, test } from 'vitest'
import { newBooking, newSession } from './factories.ts'
import { startServer, type TestServer } from './harness.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

test('shows an admin people, sessions and what is live, newest first', async () => {
  const admin = await server.person({ roles: ['admin'] })
  const mentor = await server.person({ roles: ['mentor'] })
  const learner = await server.person()
  const first = await newSession(server.db, { mentorId: mentor.userId, title: 'First' })
  await newSession(server.db, { mentorId: mentor.userId, title: 'Second' })
  await newBooking(server.db, { sessionId: first, learnerId: learner.userId })
  const overview = await server.api(adminRoutes.overview, {}, admin)
  expect(overview.counts).toEqual({
    users: 3,
    mentors: 1,
    learners: 1,
    sessions: 2,
    bookings: 1,
    capturedPaise: 0,
  })
  expect(overview.users.map((user) => user.id)).toEqual(
    [learner, mentor, admin].map((person) => person.userId),
  )
  expect(overview.sessions.map((session) => [session.title, session.seatsLeft])).toEqual([
    ['Second', 10],
    ['First', 9],
  ])
  expect(overview.live).toMatchObject({ rooms: [] })
})

test('shows it to nobody else', async () => {
  for (const roles of [[], ['mentor' as const]]) {
    const asked = server.api(adminRoutes.overview, {}, await server.person({ roles }))
    await expect(asked).rejects.toMatchObject({ code: 'forbidden' })
  }
  await expect(server.api(adminRoutes.overview, {})).rejects.toMatchObject({ code: 'signed-out' })
})
