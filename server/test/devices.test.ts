/** Where somebody is signed in, and signing out there. */
import { authRoutes } from '@peerlearn/contract/auth'
import { closeCode } from '@peerlearn/contract/channel'
import { securityRoutes } from '@peerlearn/contract/security'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { Browser } from './harness-browser.ts'
import { eventually, startServer, type Person, type TestServer } from './harness.ts'
import { auditOf, mailsTo, passwordLogin } from './sign-in.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const firefox = 'Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0'
async function elsewhere(person: Person, page = new Browser(server.url, firefox)) {
  const { accessToken } = await passwordLogin(page, person)
  return { page, token: accessToken }
}
const devices = async (person: { token: string }) =>
  (await server.api(securityRoutes.devices, {}, person)).items
const me = (person: { token: string }) => server.api(userRoutes.me, {}, person)

test('shows each device with its browser and address, this one marked', async () => {
  const person = await server.person()
  const there = await elsewhere(person)
  const seen = await devices(there)
  expect(seen).toHaveLength(2)
  expect(seen.find(({ here }) => here)).toMatchObject({ device: 'Firefox on Windows', address: '127.0.0.1' })
  expect(seen.find(({ id }) => id === person.loginId)).toMatchObject({ here: false })
})

test('shows when each was last seen: a tab that stays open keeps its device fresh', async () => {
  const person = await server.person()
  const there = await elsewhere(person)
  const hourAgo = new Date(Date.now() - 3_600_000)
  await server.db
    .updateTable('login')
    .set({ seen_at: hourAgo })
    .where('account_id', '=', person.userId)
    .execute()
  await there.page.ok(authRoutes.refresh, {})
  const [first, second] = await devices(person)
  expect(first).toMatchObject({ device: 'Firefox on Windows' })
  expect(second).toMatchObject({ id: person.loginId, seenAt: hourAgo.toISOString() })
})

test('signs one device out: its sockets close within five seconds, its tokens end, and others stay', async () => {
  const person = await server.person()
  const there = await elsewhere(person)
  const [socketHere, socketThere] = [await server.connect(person), await server.connect(there)]
  const id = (await devices(there)).find(({ here }) => here)!.id
  const begun = performance.now()
  await server.api(securityRoutes.endDevice, { params: { id } }, person)
  expect(await socketThere.closed).toMatchObject({ code: closeCode.signedOut })
  expect(performance.now() - begun).toBeLessThan(5_000)
  await expect(me(there)).rejects.toMatchObject({ code: 'signed-out' })
  expect(await there.page.post(authRoutes.refresh, {})).toMatchObject({ code: 'signed-out' })
  expect(await socketHere.ask('admin.unwatch', {})).toMatchObject({ error: { code: 'forbidden' } })
  expect(await devices(person)).toHaveLength(1)
})

test('signs all others out at once', async () => {
  const person = await server.person()
  const there = [await elsewhere(person), await elsewhere(person)]
  expect(await server.api(securityRoutes.endOtherDevices, { body: {} }, person)).toEqual({ ended: 2 })
  for (const each of there) await expect(me(each)).rejects.toMatchObject({ code: 'signed-out' })
  await me(person)
  expect(await auditOf(server, person.userId)).toEqual(['logins.ended'])
})

test('reaches no device of somebody else', async () => {
  const [person, other] = [await server.person(), await server.person()]
  const end = (id: string) => server.api(securityRoutes.endDevice, { params: { id } }, person)
  await expect(end(other.loginId)).rejects.toMatchObject({ code: 'not-found' })
  await expect(end(newId())).rejects.toMatchObject({ code: 'not-found' })
  await me(other)
  expect(await devices(person)).toHaveLength(1)
})

test('tells the owner by mail of a sign-in from a new device, and not of one from a device that is known', async () => {
  const person = await server.person()
  const told = () => mailsTo(server, person.email, 'New sign-in to your account')
  const { page } = await elsewhere(person)
  await eventually(async () => expect(await told()).toHaveLength(1))
  expect((await told())[0]!.body_text).toContain('Firefox on Windows')
  await elsewhere(person, page)
  expect(await told()).toHaveLength(1)
})

test('tells of a device that can’t be named in a whole sentence', async () => {
  const person = await server.person()
  await passwordLogin(new Browser(server.url, 'curl/8.5.0'), person)
  const told = () => mailsTo(server, person.email, 'New sign-in to your account')
  await eventually(async () => expect(await told()).toHaveLength(1))
  expect((await told())[0]!.body_text).toContain('Somebody signed in from an unknown device at')
})

test('writes a refresh token that was used twice into the audit, and tells the owner', async () => {
  const person = await server.person()
  const { page } = await elsewhere(person)
  const thief = page.copy()
  await page.ok(authRoutes.refresh, {})
  await page.ok(authRoutes.refresh, {})
  expect(await thief.post(authRoutes.refresh, {})).toMatchObject({ code: 'signed-out' })
  const rows = await server.db
    .selectFrom('audit_event')
    .select('data')
    .where('action', '=', 'login.token-reused')
    .execute()
  expect(rows).toContainEqual({ data: { accountId: person.userId } })
  const told = await mailsTo(server, person.email, 'A sign-in of yours was ended')
  expect(told).toHaveLength(1)
})
