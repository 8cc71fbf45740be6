import { closeCode, maxFrameBytes } from '@peerlearn/contract/channel'
import { authRoutes } from '@peerlearn/contract/auth'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { newBooking, newSession } from './factories.ts'
import { eventually, startServer, TestSocket, type TestServer } from './harness.ts'
import { startRedis } from './harness-redis.ts'

let server: TestServer
const someText: unknown = expect.any(String)
beforeAll(async () => {
  server = await startServer()
})

const ticketOf = async (person: { token: string }) =>
  (await server.api(authRoutes.wsTicket, { body: {} }, person)).ticket
const refusal = (socket: TestSocket) => socket.closed.then(({ code, reason }) => `${code} ${reason}`)
const connected = async () => server.connect(await server.person({ roles: ['admin'] }))

describe('opening', () => {
  test('needs a ticket', async () => {
    expect(await refusal(new TestSocket({ url: server.url }))).toBe('4401 ticket-invalid')
    expect(await refusal(new TestSocket({ url: server.url, ticket: 'made-up' }))).toBe('4401 ticket-invalid')
  })

  test('uses its ticket up', async () => {
    const ticket = await ticketOf(await server.person())
    await new TestSocket({ url: server.url, ticket }).opened()
    expect(await refusal(new TestSocket({ url: server.url, ticket }))).toBe('4401 ticket-invalid')
  })

  test('of two at once with one ticket lets in one', async () => {
    const ticket = await ticketOf(await server.person())
    const tries = [1, 2, 3, 4].map(() => new TestSocket({ url: server.url, ticket }))
    const lastWords = (socket: TestSocket) =>
      socket.ask('admin.unwatch', {}).then(String, () => refusal(socket))
    const answers = await Promise.all(tries.map(lastWords))
    expect(answers.filter((answer) => answer === '4401 ticket-invalid')).toHaveLength(3)
  })

  test('refuses a ticket after its thirty seconds, and one of a login that has ended', async () => {
    const late = await server.person()
    const lateTicket = await ticketOf(late)
    await server.db.deleteFrom('socket_ticket').where('login_id', '!=', late.loginId).execute()
    // Tickets are never changed but here.
    await server.db
      .updateTable('socket_ticket')
      .set({ expires_at: new Date(Date.now() - 1) } as never)
      .where('login_id', '=', late.loginId)
      .execute()
    expect(await refusal(new TestSocket({ url: server.url, ticket: lateTicket }))).toBe('4401 ticket-invalid')
    const gone = await server.person()
    const ticket = await ticketOf(gone)
    await server.db
      .updateTable('login')
      .set({ ended_at: new Date() })
      .where('id', '=', gone.loginId)
      .execute()
    expect(await refusal(new TestSocket({ url: server.url, ticket }))).toBe('4401 ticket-invalid')
  })

  test.each(['https://evil.example', 'http://localhost:1', 'null', null])(
    'is refused to a page of %s',
    async (origin) => {
      const ticket = await ticketOf(await server.person())
      expect(await refusal(new TestSocket({ url: server.url, ticket, origin }))).toBe(
        '0 Unexpected server response: 403',
      )
      await new TestSocket({ url: server.url, ticket }).opened()
    },
  )

  test('survives a Host that is no address', async () => {
    for (const host of ['a:99999', '1.2.3.4.5', '[::::]']) {
      const ticket = await ticketOf(await server.person())
      await new TestSocket({ url: server.url, ticket, host }).opened()
    }
  })

  test('is at /ws alone', async () => {
    const response = await fetch(`${server.url}/ws`)
    expect(response.status).toBe(404)
    const elsewhere = new TestSocket({ url: `${server.url}/other`, ticket: 'x', origin: server.url })
    expect(await refusal(elsewhere)).toBe('0 Unexpected server response: 404')
  })

  test('makes room for the newest of a person’s sockets by closing the oldest', async () => {
    const person = await server.person()
    const sockets: TestSocket[] = []
    for (let i = 0; i < 6; i++) sockets.push(await server.connect(person))
    expect(await refusal(sockets[0]!)).toBe(`${closeCode.tooMany} too-many-sockets`)
    for (const socket of sockets.slice(1))
      expect(await socket.ask('admin.unwatch', {})).toMatchObject({ ok: false })
  })
})

describe('a frame', () => {
  test.each([
    ['that is not JSON', 'hello'],
    ['that is JSON but no request', '[1]'],
    ['with a key too many', '{"id":1,"method":"hand.raise","data":{},"as":"admin"}'],
    ['with a forged ancestry', '{"id":1,"method":"hand.raise","data":{},"__proto__":{"admin":true}}'],
    ['with a key twice', '{"id":1,"method":"hand.raise","data":{},"data":{"raised":true}}'],
    ['without a number', '{"method":"hand.raise","data":{}}'],
    ['of bytes', Buffer.from('{"id":1,"method":"hand.raise","data":{}}')],
  ])('%s closes the socket with a reason', async (_name, frame) => {
    const socket = await connected()
    socket.ws.send(frame)
    expect(await refusal(socket)).toBe(`${closeCode.protocol} not-a-request`)
  })

  test('of an unknown method closes the socket with a reason', async () => {
    for (const method of ['room.destroy', 'constructor', 'toString']) {
      const socket = await connected()
      socket.ws.send(JSON.stringify({ id: 1, method, data: {} }))
      expect(await refusal(socket)).toBe(`${closeCode.protocol} unknown-method`)
    }
  })

  test('over 64 kB closes the socket, one below is read', async () => {
    const socket = await connected()
    const filled = (bytes: number) => ({ x: 'x'.repeat(bytes) })
    expect(await socket.ask('admin.unwatch', filled(maxFrameBytes - 200))).toMatchObject({
      error: { code: 'bad-input' },
    })
    void socket.ask('admin.unwatch', filled(maxFrameBytes)).catch(() => undefined)
    expect(await socket.closed).toMatchObject({ code: 1009 })
  })

  test('with malformed data is answered, names the field, and keeps the socket', async () => {
    const socket = await connected()
    const answer = await socket.ask('chat.send', { text: '', clientId: 'no-uuid' })
    expect(answer).toMatchObject({
      ok: false,
      error: { code: 'bad-input', details: { text: someText, clientId: someText } },
    })
    expect(await socket.ask('admin.unwatch', {})).toMatchObject({ ok: true })
  })
})

describe('messages', () => {
  test('may come in a burst, as when a class of a hundred appears', async () => {
    const socket = await connected()
    const answers = await Promise.all(Array.from({ length: 100 }, () => socket.ask('admin.unwatch', {})))
    expect(answers.every(({ ok }) => ok)).toBe(true)
  })

  test('of a flood close the socket', async () => {
    const socket = await connected()
    for (let i = 0; i < 500; i++) socket.ws.send(JSON.stringify({ id: i, method: 'admin.unwatch', data: {} }))
    expect(await refusal(socket)).toBe(`${closeCode.tooMany} too-many-messages`)
  })

  test('are answered in the order in which they came', async () => {
    const socket = await connected()
    const order: number[] = []
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        // Every other one asks the database.
        socket.ask(i % 2 ? 'admin.unwatch' : 'admin.watch', {}).then(() => order.push(i)),
      ),
    )
    expect(order).toEqual([...order].sort((a, b) => a - b))
  })

  test('follow a person’s roles as they are now', async () => {
    const admin = await server.person({ roles: ['admin'] })
    const socket = await server.connect(admin)
    expect(await socket.ask('admin.watch', {})).toMatchObject({ ok: true })
    await server.db
      .updateTable('account')
      .set({ roles: ['learner'] })
      .where('id', '=', admin.userId)
      .execute()
    await eventually(async () =>
      expect(await socket.ask('admin.watch', {})).toMatchObject({ error: { code: 'forbidden' } }),
    )
  })
})

test('a client that does not read is closed, and costs no more than a megabyte', async () => {
  const person = await server.person()
  const socket = await server.connect(person)
  socket.ws.pause()
  const note = { id: newId(), title: 'x'.repeat(50_000), message: '', link: null, read: false, createdAt: '' }
  for (let i = 0; i < 400; i++)
    server.bus.publish(`user:${person.userId}`, { event: 'notification.new', data: note })
  await eventually(() => expect(server.app.sockets.countOf(person.userId)).toBe(0))
  socket.ws.resume()
  expect([closeCode.slow, 1006]).toContain((await socket.closed).code)
})

describe('a mentor', () => {
  test('sees when a learner of a coming session comes and goes', async () => {
    const mentor = await server.person({ roles: ['mentor'] })
    const learner = await server.person()
    const sessionId = await newSession(server.db, { mentorId: mentor.userId })
    await newBooking(server.db, { sessionId, learnerId: learner.userId })
    const watching = await server.connect(mentor)
    const socket = await server.connect(learner)
    await watching.heard('user.online', ({ userId, online }) => userId === learner.userId && online)
    const reloaded = await server.connect(learner)
    socket.close()
    await socket.closed
    reloaded.close()
    await watching.heard('user.online', ({ userId, online }) => userId === learner.userId && !online)
    expect(watching.all('user.online')).toHaveLength(2)
  })
})

describe('two servers on one Redis', () => {
  test('tell a person what the other one knows, see each other’s people, and end a login together', async () => {
    const redis = await startRedis()
    const env = { REDIS_URL: redis.url }
    const [one, two] = [await startServer({ env }), await startServer({ env })]
    const mentor = await one.person({ roles: ['mentor'] })
    const learner = await one.person()
    const sessionId = await newSession(one.db, { mentorId: mentor.userId })
    await newBooking(one.db, { sessionId, learnerId: learner.userId })
    const watching = await one.connect(mentor)
    const socket = await two.connect(learner)
    await watching.heard('user.online', ({ userId, online }) => userId === learner.userId && online)
    await one.db
      .updateTable('login')
      .set({ ended_at: new Date() })
      .where('id', '=', learner.loginId)
      .execute()
    one.bus.publish(`login:${learner.loginId}`, 'ended')
    expect(await socket.closed).toMatchObject({ code: closeCode.signedOut })
  })
})

test('a server that stops tells its people to come back', async () => {
  const stopping = await startServer()
  const socket = await stopping.connect(await stopping.person())
  await stopping.close()
  expect(await refusal(socket)).toBe(`${closeCode.restart} restart`)
})
