/** People are told where they chose to hear of it, once, and find it again. */
import {
  notificationKind,
  notificationRoutes as routes,
  usualPlaces,
} from '@peerlearn/contract/notifications'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import type { Note } from '../src/notifications/notifications.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const note: Note = {
  kind: 'booking',
  title: 'Your seat is booked',
  message: 'See you there.',
  link: '/bookings',
}

const listOf = (person: Person, cursor?: string) =>
  server.api(routes.notifications, { query: cursor === undefined ? {} : { cursor } }, person)

const mailsOf = async (person: Person) =>
  (
    await server.db
      .selectFrom('mail')
      .selectAll()
      .where('recipient', '=', person.email)
      .orderBy('id')
      .execute()
  ).map(({ subject, kind }) => ({ subject, kind }))

test('a notification is told at once where its person is online, and kept until it is read', async () => {
  const [one, two] = [await server.person(), await server.person()]
  const socket = await server.connect(one)
  await server.app.notify([one.userId, two.userId, one.userId], note)
  const told = await socket.heard('notification.new')
  const { kind, title, message, link } = note
  expect(told).toMatchObject({ kind, title, message, link, read: false })
  expect(await listOf(one)).toEqual({ items: [told], nextCursor: null, unread: 1 })
  await server.api(routes.readAll, { body: {} }, one)
  expect(await listOf(one)).toEqual({ items: [{ ...told, read: true }], nextCursor: null, unread: 0 })
  expect(await listOf(two)).toMatchObject({ items: [{ read: false }], unread: 1 })
})

test('one is marked as read by its own person alone', async () => {
  const [one, two] = [await server.person(), await server.person()]
  await server.app.notify([one.userId], note)
  await server.app.notify([one.userId], note)
  const { items } = await listOf(one)
  const read = (person: Person) =>
    server.api(routes.readOne, { params: { id: items[0]!.id }, body: {} }, person)
  await expect(read(two)).rejects.toMatchObject({ code: 'not-found' })
  await read(one)
  await read(one)
  expect(await listOf(one)).toMatchObject({ items: [{ read: true }, { read: false }], unread: 1 })
})

test('a long list comes page by page, without gaps and repetitions', async () => {
  const person = await server.person()
  for (let i = 0; i < 120; i++)
    await server.app.notify([person.userId], { ...note, kind: 'general', title: `${i}` })
  const titles: string[] = []
  let cursor: string | undefined
  do {
    const page = await listOf(person, cursor)
    titles.push(...page.items.map(({ title }) => title))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(titles).toEqual(Array.from({ length: 120 }, (_, i) => `${119 - i}`))
  const stranger = await server.person()
  const { nextCursor } = await listOf(person)
  expect(await listOf(stranger, nextCursor!)).toMatchObject({ items: [] })
})

test('until somebody chooses they hear of each kind as is usual', async () => {
  const person = await server.person()
  const { items } = await server.api(routes.choices, {}, person)
  expect(items).toEqual(notificationKind.options.map((kind) => ({ kind, ...usualPlaces[kind] })))
  await server.app.notify([person.userId], note)
  await server.app.notify([person.userId], { ...note, kind: 'general', title: 'Hello' })
  expect(await mailsOf(person)).toEqual([{ subject: note.title, kind: 'booking' }])
})

test('what a person chose is kept: no mail of bookings, nothing in the app of reminders', async () => {
  const person = await server.person()
  const chosen = [
    { kind: 'booking' as const, app: true, mail: false, push: true },
    { kind: 'reminder' as const, app: false, mail: true, push: false },
  ]
  const { items } = await server.api(routes.choose, { body: { items: chosen } }, person)
  expect(items).toEqual(expect.arrayContaining(chosen))
  const socket = await server.connect(person)
  await server.app.notify([person.userId], { ...note, kind: 'reminder', title: 'In half an hour' })
  await server.app.notify([person.userId], note)
  expect(await socket.heard('notification.new')).toMatchObject({ title: note.title })
  expect((await listOf(person)).items.map(({ title }) => title)).toEqual([note.title])
  expect(await mailsOf(person)).toEqual([{ subject: 'In half an hour', kind: 'reminder' }])
})

test('what concerns the account can’t be switched off', async () => {
  const person = await server.person()
  const off = { app: false, mail: false, push: false }
  const { items } = await server.api(
    routes.choose,
    { body: { items: [{ kind: 'account', ...off }] } },
    person,
  )
  expect(items).toContainEqual({ kind: 'account', app: true, mail: true, push: false })
  await server.app.notify([person.userId], { ...note, kind: 'account', title: 'Your password was changed' })
  expect(await listOf(person)).toMatchObject({ items: [{ title: 'Your password was changed' }] })
  expect(await mailsOf(person)).toHaveLength(1)
})

test('no mail goes to an address that nobody has proved, and only news of the account to who is suspended', async () => {
  const unproved = await server.person({ verified: false })
  const suspended = await server.person()
  await server.db
    .updateTable('account')
    .set({ suspended_at: new Date(), suspended_because: 'spam' })
    .where('id', '=', suspended.userId)
    .execute()
  await server.app.notify([unproved.userId, suspended.userId], note)
  expect(await mailsOf(unproved)).toEqual([])
  expect(await listOf(unproved)).toMatchObject({ unread: 1 })
  await server.app.notify([suspended.userId], {
    ...note,
    kind: 'account',
    title: 'Your account is suspended',
  })
  expect((await mailsOf(suspended)).map(({ kind }) => kind)).toEqual(['account'])
})

test('somebody told twice of the same key hears of it once, in every place', async () => {
  const [one, two] = [await server.person(), await server.person()]
  const keyed = { ...note, key: 'booking:1' }
  await Promise.all([1, 2, 3].map(() => server.app.notify([one.userId], keyed)))
  await server.app.notify([one.userId, two.userId], keyed)
  for (const person of [one, two]) {
    expect(await listOf(person)).toMatchObject({ unread: 1 })
    expect(await mailsOf(person)).toHaveLength(1)
  }
})

test('tells as many people as there are at once, more than one statement takes', async () => {
  const { rows } = await sql<{ id: string }>`insert into account (id, email, name)
    select id, id || '@many.test', 'One of many' from (select gen_random_uuid() as id from generate_series(1, 9000)) as ids
    returning id`.execute(server.db)
  await server.app.notify(
    rows.map(({ id }) => id),
    { ...note, title: 'To all of you' },
  )
  const { n } = await server.db
    .selectFrom('notification')
    .select((eb) => eb.fn.countAll<string>().as('n'))
    .where('title', '=', 'To all of you')
    .executeTakeFirstOrThrow()
  expect(Number(n)).toBe(9_000)
})
