import { beforeAll, expect, test } from 'vitest'
import { newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
let second: TestServer
let mentor: Person
beforeAll(async () => {
  server = await startServer()
  second = await startServer()
  mentor = await server.person({ roles: ['mentor'] })
})

const session = () => newSession(server.db, { mentorId: mentor.userId, price_paise: 10_000 })
const book = async (sessionId: string, who: Person, key: string, { body = {}, at = server } = {}) => {
  const answer = await fetch(`${at.url}/api/sessions/${sessionId}/book`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${who.token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  })
  return { status: answer.status, body: (await answer.json()) as { id?: string; error?: { code: string } } }
}
const seats = (sessionId: string) =>
  server.db.selectFrom('booking').select('id').where('session_id', '=', sessionId).execute()

test('a double click with one key takes one seat and has one answer, on two servers', async () => {
  const [sessionId, who, key] = [await session(), await server.person(), crypto.randomUUID()]
  const all = await Promise.all([
    book(sessionId, who, key),
    book(sessionId, who, key, { at: second }),
    book(sessionId, who, key),
  ])
  expect(new Set(all.map((one) => one.status))).toEqual(new Set([201]))
  expect(new Set(all.map((one) => one.body.id)).size).toBe(1)
  expect(await seats(sessionId)).toHaveLength(1)
  expect(await book(sessionId, who, key)).toEqual(all[0])
})

test('refuses the same key with another body or another session, and one that is no key', async () => {
  const [sessionId, who, key] = [await session(), await server.person(), crypto.randomUUID()]
  await book(sessionId, who, key)
  const reused = { status: 409, body: { error: { code: 'key-reused' } } }
  expect(await book(sessionId, who, key, { body: { guests: ['a@peerlearn.test'] } })).toMatchObject(reused)
  expect(await book(await session(), who, key)).toMatchObject(reused)
  expect(await book(sessionId, who, 'short')).toMatchObject({ status: 400 })
})

test('answers a refusal again as it was, and keeps the keys of two people apart', async () => {
  const [one, two, key] = [await server.person(), await server.person(), crypto.randomUUID()]
  const missing = crypto.randomUUID()
  const refused = await book(missing, one, key)
  expect(refused).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } })
  expect(await book(missing, one, key)).toEqual(refused)
  expect((await book(await session(), two, key)).status).toBe(201)
})
