/** What a person can take away and have forgotten. */
import { ownDataRoutes as routes } from '@peerlearn/contract/own-data'
import { readinessRoutes } from '@peerlearn/contract/readiness'
import { userRoutes } from '@peerlearn/contract/users'
import { strFromU8, unzipSync } from 'fflate'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { appendRoomEvent } from '../src/room-events.ts'
import { personalTables } from '../src/own-data/tables.ts'
import { newBooking, newSession } from './factories.ts'
import { goodCheck } from './good-check.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
let mentor: Person

beforeAll(async () => {
  server = await startServer()
  mentor = await server.person({ roles: ['mentor'] })
})

test('every table that names a person is covered', async () => {
  const { rows } = await sql<{ table: string; column: string }>`
    select distinct c.table_name as table, c.column_name as column
    from information_schema.columns c
    left join (
      select conrelid::regclass::text as table_name, a.attname as column_name
      from pg_constraint join pg_attribute a on a.attrelid = conrelid and a.attnum = any (conkey)
      where contype = 'f' and confrelid = 'account'::regclass
    ) k on k.table_name = c.table_name and k.column_name = c.column_name
    where c.table_schema = 'public' and (k.column_name is not null
      or c.column_name in ('account_id', 'actor_id', 'learner_id', 'mentor_id', 'buyer_id', 'user_id', 'email', 'recipient'))`.execute(
    server.db,
  )
  expect(rows.length).toBeGreaterThan(30)
  const missing = rows.filter(({ table }) => !(table in personalTables))
  expect(missing).toEqual([])
})

const filesOf = (zip: Uint8Array | string) =>
  Object.fromEntries(
    Object.entries(unzipSync(zip as Uint8Array)).map(([name, bytes]) => [name, strFromU8(bytes)]),
  )

/** A learner who had a seat in a class that ended, and said something there. */
async function somebody(): Promise<{ person: Person; sessionId: string }> {
  const person = await server.person({ name: 'Farida Sheikh' })
  const sessionId = await newSession(server.db, { mentorId: mentor.userId })
  await newBooking(server.db, { sessionId, learnerId: person.userId })
  const peerId = crypto.randomUUID()
  await server.db.transaction().execute(async (trx) => {
    const { userId, name } = person
    await appendRoomEvent(trx, sessionId, {
      kind: 'room.opened',
      actorId: mentor.userId,
      data: { staged: false },
    })
    await appendRoomEvent(trx, sessionId, {
      kind: 'peer.joined',
      actorId: userId,
      data: { userId, peerId, name, role: 'learner' },
    })
    await appendRoomEvent(trx, sessionId, {
      kind: 'chat.message',
      actorId: userId,
      data: { userId, name, text: 'My number is 98765', clientId: crypto.randomUUID() },
    })
    await trx
      .updateTable('session')
      .set({ status: 'ended', started_at: new Date(), ended_at: new Date() })
      .where('id', '=', sessionId)
      .execute()
  })
  return { person, sessionId }
}

test('the export holds what is mine, and neither secrets nor others’ rows', async () => {
  const { person } = await somebody()
  await somebody()
  const files = filesOf(await server.api(routes.exportMine, {}, person))
  expect(Object.keys(files)).toEqual(
    expect.arrayContaining(['README.txt', 'account.json', 'booking.json', 'login.json', 'room_event.json']),
  )
  expect(JSON.parse(files['account.json']!)).toMatchObject([{ id: person.userId, email: person.email }])
  expect(files['room_event.json']).toContain('My number is 98765')
  expect(JSON.parse(files['booking.json']!)).toHaveLength(1)
  for (const text of Object.values(files)) expect(text).not.toMatch(/argon2|token_hash/)
})

test('a check of the connection is in the export, and goes with the person', async () => {
  const person = await server.person()
  await server.api(readinessRoutes.store, { body: goodCheck }, person)
  const files = filesOf(await server.api(routes.exportMine, {}, person))
  expect(JSON.parse(files['latest_check.json']!)).toMatchObject([
    { account_id: person.userId, result: goodCheck },
  ])
  await server.api(routes.eraseMine, { body: { word: 'ERASE', password: person.password } }, person)
  const kept = await server.db
    .selectFrom('latest_check')
    .select('at')
    .where('account_id', '=', person.userId)
    .execute()
  expect(kept).toEqual([])
})

test('the export asks who it is again, and is made a few times a day', async () => {
  const person = await server.person()
  const prove = (ago: string) =>
    sql`update login set proved_at = now() - ${ago}::interval where id = ${person.loginId}`.execute(server.db)
  await prove('20 minutes')
  await expect(server.api(routes.exportMine, {}, person)).rejects.toMatchObject({ code: 'confirm-needed' })
  await prove('1 minute')
  for (let i = 0; i < 5; i++) await server.api(routes.exportMine, {}, person)
  await expect(server.api(routes.exportMine, {}, person)).rejects.toMatchObject({ code: 'too-many-requests' })
})

describe('to be erased', () => {
  const erase = (person: Person, password = person.password) =>
    server.api(routes.eraseMine, { body: { word: 'ERASE', password } }, person)

  test('takes name, address, words and logins away, and leaves that there was somebody', async () => {
    const { person, sessionId } = await somebody()
    const socket = await server.connect(person)
    await erase(person)
    await socket.closed
    await expect(server.api(userRoutes.me, {}, person)).rejects.toMatchObject({ code: 'signed-out' })
    const events = await sql<{
      data: string
    }>`select data::text from room_event where session_id = ${sessionId}`.execute(server.db)
    const said = events.rows.map(({ data }) => data).join()
    expect(said).not.toMatch(/98765|Farida/)
    expect(events.rows).toHaveLength(3)
    const everything = await sql<{
      n: number
    }>`select count(*)::int as n from account where email = ${person.email} or name = 'Farida Sheikh' and id = ${person.userId}`.execute(
      server.db,
    )
    expect(everything.rows[0]?.n).toBe(0)
    const booked = await server.db
      .selectFrom('booking')
      .select('id')
      .where('learner_id', '=', person.userId)
      .execute()
    expect(booked).toHaveLength(1)
  })

  test('takes the name and the address out of what others hold', async () => {
    const { person, sessionId } = await somebody()
    const friend = await server.person()
    const seat = await newBooking(server.db, { sessionId, learnerId: friend.userId })
    await server.db
      .updateTable('booking')
      .set({ learner_id: null, guest_email: person.email })
      .where('id', '=', seat)
      .execute()
    await server.app.notify([mentor.userId], {
      kind: 'booking',
      title: 'A seat was given back',
      message: 'Farida Sheikh gave back a seat.',
    })
    await erase(person)
    const { rows } = await sql<{ words: string }>`select message as words from notification
      union all select guest_email from booking where guest_email is not null`.execute(server.db)
    const words = rows.map((row) => row.words)
    expect(words.join()).not.toMatch(/Farida/)
    expect(words).not.toContain(person.email)
    expect(words).toContain('Somebody who left gave back a seat.')
  })

  test('leaves the applications that an admin decided to those who sent them', async () => {
    const admin = await server.person({ roles: ['admin'] })
    const applicant = await server.person()
    await server.db
      .insertInto('mentor_application')
      .values({
        id: crypto.randomUUID(),
        account_id: applicant.userId,
        about: 'I teach what I know of algebra.',
        status: 'refused',
        decided_by: admin.userId,
        decided_at: new Date(),
      })
      .execute()
    expect(Object.keys(filesOf(await server.api(routes.exportMine, {}, admin)))).not.toContain(
      'mentor_application.json',
    )
    await erase(admin)
    const left = await server.db
      .selectFrom('mentor_application')
      .select('status')
      .where('account_id', '=', applicant.userId)
      .execute()
    expect(left).toEqual([{ status: 'refused' }])
  })

  test('asks for the right password', async () => {
    const person = await server.person()
    await expect(erase(person, 'not mine at all')).rejects.toMatchObject({ code: 'wrong-credentials' })
    expect((await server.api(userRoutes.me, {}, person)).id).toBe(person.userId)
  })

  test('waits while a seat, a class or the last owner needs the account', async () => {
    const person = await server.person()
    const sessionId = await newSession(server.db, { mentorId: mentor.userId })
    await newBooking(server.db, { sessionId, learnerId: person.userId })
    await expect(erase(person)).rejects.toMatchObject({ code: 'erase-blocked' })
    await expect(erase(mentor)).rejects.toMatchObject({ code: 'erase-blocked' })
    const owner = await server.person({ roles: ['owner'] })
    await expect(erase(owner)).rejects.toMatchObject({ code: 'erase-blocked' })
  })

  test('is the only way in which what was said in a room changes', async () => {
    await expect(sql`update room_event set kind = kind`.execute(server.db)).rejects.toThrow('append-only')
    await expect(sql`delete from room_event`.execute(server.db)).rejects.toThrow('append-only')
  })
})
