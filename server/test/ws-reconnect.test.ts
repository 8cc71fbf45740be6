/** A socket that is lost comes back without a request by HTTP: it was given the ticket for the next one before. */
import { beforeAll, expect, test } from 'vitest'
import { startServer, TestSocket, type Person, type TestServer } from './harness.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const refused = '4401 ticket-invalid'
const redial = (ticket: string) => new TestSocket({ url: server.url, ticket })
const refusal = (ticket: string) => redial(ticket).closed.then(({ code, reason }) => `${code} ${reason}`)
const ticketOver = async (socket: TestSocket) => (await socket.request('socket.ticket', {})).ticket
const ticketOf = async (person: Person) => ticketOver(await server.connect(person))

const end = (loginId: string) =>
  server.db.updateTable('login').set({ ended_at: new Date() }).where('id', '=', loginId).execute()

test('a ticket brings a person back after their socket was lost, once', async () => {
  const admin = await server.person({ roles: ['admin'] })
  const first = await server.connect(admin)
  const ticket = await ticketOver(first)
  first.ws.terminate()
  const second = redial(ticket)
  // Who asks is the same person with the same role.
  expect(await second.ask('admin.watch', {})).toMatchObject({ ok: true })
  expect(await refusal(ticket)).toBe(refused)
})

test('a ticket outlasts the minute that a seat is kept', async () => {
  const socket = await server.connect(await server.person())
  const { seconds } = await socket.request('socket.ticket', {})
  expect(seconds).toBeGreaterThan(2 * 60)
  expect(seconds).toBeLessThanOrEqual(10 * 60)
})

test('the newest ticket of a socket makes its earlier one void', async () => {
  const socket = await server.connect(await server.person())
  const [earlier, newest] = [await ticketOver(socket), await ticketOver(socket)]
  expect(await refusal(earlier)).toBe(refused)
  await redial(newest).opened()
})

test('each opening is given a ticket of its own, and two sockets of a person do not take each other’s', async () => {
  const person = await server.person()
  const [one, two] = [await ticketOf(person), await ticketOf(person)]
  const again = await redial(one).opened()
  await redial(await ticketOver(again)).opened()
  await redial(two).opened()
})

test('is void after the login has ended, and of no other login', async () => {
  const [leaver, other] = [await server.person(), await server.person()]
  const [ticket, others] = [await ticketOf(leaver), await ticketOf(other)]
  await end(leaver.loginId)
  expect(await refusal(ticket)).toBe(refused)
  const socket = await redial(others).opened()
  expect(server.app.sockets.countOf(other.userId)).toBe(2)
  expect(server.app.sockets.countOf(leaver.userId)).toBeLessThanOrEqual(1)
  socket.close()
})

test('opens no rights of somebody else: it is the person of the login, whoever holds a token', async () => {
  const admin = await server.person({ roles: ['admin'] })
  const learner = await server.person()
  const socket = redial(await ticketOf(learner))
  expect(await socket.ask('admin.watch', {})).toMatchObject({ ok: false, error: { code: 'forbidden' } })
  expect(server.app.sockets.countOf(admin.userId)).toBe(0)
})

test('is void when its time is over', async () => {
  const person = await server.person()
  const ticket = await ticketOf(person)
  await server.db
    .updateTable('socket_ticket')
    .set({ expires_at: new Date(Date.now() - 1) })
    .where('login_id', '=', person.loginId)
    .execute()
  expect(await refusal(ticket)).toBe(refused)
})

test('does not outlive its login', async () => {
  const person = await server.person()
  const socket = await server.connect(person)
  const soon = new Date(Date.now() + 30_000)
  await server.db.updateTable('login').set({ expires_at: soon }).where('id', '=', person.loginId).execute()
  const { seconds } = await socket.request('socket.ticket', {})
  expect(seconds).toBeLessThanOrEqual(30)
})

test('is refused to a socket whose login has just ended', async () => {
  const person = await server.person()
  const socket = await server.connect(person)
  await end(person.loginId)
  const answer = await socket.ask('socket.ticket', {}).catch(() => 'closed')
  if (answer !== 'closed') expect(answer).toMatchObject({ ok: false, error: { code: 'signed-out' } })
})

test('is kept as a hash alone', async () => {
  const person = await server.person()
  const ticket = await ticketOf(person)
  const rows = await server.db
    .selectFrom('socket_ticket')
    .selectAll()
    .where('login_id', '=', person.loginId)
    .execute()
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(ticket)
  expect(rows[0]?.hash.includes(ticket)).toBe(false)
})
