/** Web push: encrypted to the device, signed by the deployment, only where people want it, never into our own network. */
import { notificationRoutes as routes } from '@peerlearn/contract/notifications'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import webPush from 'web-push'
import type { Note, Notify } from '../src/notifications/notifications.ts'
import { isPublicAddress, isPublicHttps, publicLookup } from '../src/notifications/public-address.ts'
import { createPush } from '../src/notifications/push.ts'
import { eventually, startServer, type TestServer } from './harness.ts'
import { startPushService, type PushService } from './push-service.ts'

const keys = webPush.generateVAPIDKeys()
let server: TestServer
let service: PushService
let notify: Notify

beforeAll(async () => {
  service = await startPushService(keys.publicKey)
  server = await startServer({
    env: { VAPID_PUBLIC_KEY: keys.publicKey, VAPID_PRIVATE_KEY: keys.privateKey },
  })
  notify = server.app.notify
})

const note: Note = {
  kind: 'booking',
  title: 'A seat is yours',
  message: 'Offered for 30 minutes: “Tea & टी”.',
  link: '/bookings',
}

/** Somebody with one device that listens. */
async function listening() {
  const person = await server.person()
  const device = service.newDevice()
  await server.api(routes.subscribe, { body: device }, person)
  return {
    person,
    device,
    heard: () => service.pushed.filter(({ device: at }) => device.endpoint.endsWith(at)),
  }
}

const devicesOf = async (person: Awaited<ReturnType<typeof listening>>['person']) =>
  (await server.api(routes.push, { query: {} }, person)).devices

/** Every push that was asked for is done or given up. */
const settled = () =>
  eventually(async () => {
    const { rows } =
      await sql`select id from pgboss.job where name = 'push.send' and state < 'completed'`.execute(server.db)
    expect(rows).toEqual([])
  })

test('a notice reaches the device, encrypted to it alone and signed by this deployment', async () => {
  const { person, device, heard } = await listening()
  expect(await server.api(routes.push, { query: { endpoint: device.endpoint } }, person)).toEqual({
    publicKey: keys.publicKey,
    devices: 1,
    here: true,
  })
  await notify([person.userId], note)
  await eventually(() => expect(heard()).toHaveLength(1))
  const { items } = await server.api(routes.notifications, { query: {} }, person)
  expect(heard()[0]).toMatchObject({
    message: { title: note.title, body: note.message, link: '/bookings', tag: items[0]?.id },
    subject: expect.stringContaining('mailto:') as unknown,
    ttl: 43_200,
  })
})

test('a device that does not listen any more is forgotten', async () => {
  const { person } = await listening()
  service.answer = 410
  await notify([person.userId], note)
  await eventually(async () => expect(await devicesOf(person)).toBe(0))
  service.answer = 201
})

test('a push service that is busy is asked again', async () => {
  const { person, heard } = await listening()
  service.answer = 503
  const before = service.asked
  await notify([person.userId], note)
  await eventually(() => expect(service.asked).toBeGreaterThan(before))
  service.answer = 201
  await eventually(async () => {
    await sql`update pgboss.job set start_after = now() where state = 'retry'`.execute(server.db)
    expect(heard()).toHaveLength(1)
  })
})

test('nothing is pushed of what a person does not want pushed, after signing out, or once it was unsubscribed', async () => {
  const [unwanted, gone, ended] = [await listening(), await listening(), await listening()]
  await server.api(
    routes.choose,
    { body: { items: [{ kind: 'booking', app: true, mail: false, push: false }] } },
    unwanted.person,
  )
  await server.db
    .updateTable('login')
    .set({ ended_at: new Date() })
    .where('id', '=', gone.person.loginId)
    .execute()
  await server.api(routes.unsubscribe, { body: { endpoint: ended.device.endpoint } }, ended.person)
  const witness = await listening()
  await notify(
    [unwanted, gone, ended, witness].map(({ person }) => person.userId),
    note,
  )
  await settled()
  expect(witness.heard()).toHaveLength(1)
  for (const { heard } of [unwanted, gone, ended]) expect(heard()).toEqual([])
})

test('a device of a login that ran out of its days hears nothing any more, what is on its way neither', async () => {
  const [over, witness] = [await listening(), await listening()]
  const runOut = () =>
    server.db
      .updateTable('login')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('id', '=', over.person.loginId)
      .execute()
  service.answer = 503
  await notify([over.person.userId], note)
  await runOut()
  service.answer = 201
  await notify([over.person.userId, witness.person.userId], note)
  await eventually(async () => {
    await sql`update pgboss.job set start_after = now() where state = 'retry'`.execute(server.db)
    const { rows } =
      await sql`select id from pgboss.job where name = 'push.send' and state < 'completed'`.execute(server.db)
    expect(rows).toEqual([])
  })
  expect(witness.heard()).toHaveLength(1)
  expect(over.heard()).toEqual([])
})

test('a device hears for whoever subscribed on it last', async () => {
  const { person, device, heard } = await listening()
  const next = await server.person()
  await server.api(routes.subscribe, { body: device }, next)
  await notify([person.userId], { ...note, title: 'not for this device' })
  await notify([next.userId], note)
  await settled()
  expect(heard().map(({ message }) => message)).toMatchObject([{ title: note.title }])
})

test('nobody can make this server ask an address of its own network', async () => {
  const refused = [
    'http://push.example.org/x',
    'https://127.0.0.1/x',
    'https://10.1.2.3/x',
    'https://[::1]/x',
    'https://[fd00::1]/x',
  ]
  const more = [
    'https://localhost/x',
    'https://169.254.169.254/latest',
    'https://[::ffff:10.0.0.1]/x',
    'https://me:pw@push.example.org/x',
  ]
  for (const url of [...refused, ...more, 'https://db.internal/x'])
    expect(isPublicHttps(new URL(url)), url).toBe(false)
  for (const url of ['https://fcm.googleapis.com/fcm/send/x', 'https://[2a00:1450:4001:830::200a]/x'])
    expect(isPublicHttps(new URL(url)), url).toBe(true)
  for (const address of ['8.8.8.8', '142.250.183.10', '2a00:1450:4001:830::200a'])
    expect(isPublicAddress(address), address).toBe(true)
  const inner = ['10.0.0.1', '172.16.0.1', '192.168.1.1', '127.0.0.1', '169.254.169.254', '0.0.0.0']
  for (const address of [...inner, '::1', 'fd00::1', '::ffff:10.0.0.1', '::ffff:8.8.8.8', 'no address'])
    expect(isPublicAddress(address), address).toBe(false)
  const answer = await new Promise((done) => publicLookup('localhost', { all: true }, (error) => done(error)))
  expect(String(answer)).toContain('no public address')

  const strict = createPush({ ...keys, subject: 'https://learn.example.org', publicOnly: true })
  const device = service.newDevice()
  const before = service.asked
  expect(await strict.send(device, { title: '', body: '', link: '/', tag: '' })).toBe('gone')
  expect(service.asked).toBe(before)
})

test('a deployment without keys has no push, and says so', async () => {
  const plain = await startServer()
  const person = await plain.person()
  expect(await plain.api(routes.push, { query: {} }, person)).toEqual({
    publicKey: null,
    devices: 0,
    here: false,
  })
  await expect(plain.api(routes.subscribe, { body: service.newDevice() }, person)).rejects.toMatchObject({
    code: 'not-found',
  })
  await plain.close()
})
