/** Suspended people stay out, and still take what is theirs with them, or have it erased. */
import { authRoutes } from '@peerlearn/contract/auth'
import { ownDataRoutes } from '@peerlearn/contract/own-data'
import { peopleRoutes } from '@peerlearn/contract/people'
import { userRoutes } from '@peerlearn/contract/users'
import { strFromU8, unzipSync } from 'fflate'
import { SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { signingKey } from '../src/auth/keys.ts'
import { hashPassword } from '../src/auth/passwords.ts'
import { newBooking, newSession } from './factories.ts'
import { Browser } from './harness-browser.ts'
import { eventually, startServer, TestSocket, type Person, type TestServer } from './harness.ts'
import { desk } from './paid-seats.ts'
import { Clock, passwordStep, requireSuspension, withApp } from './sign-in.ts'

const clock = new Clock()
let server: TestServer
let admin: Person
beforeAll(async () => {
  server = await startServer({ now: clock.now })
  admin = await server.person({ roles: ['admin', 'owner'] })
})

const reason = 'Sold seats outside.'
const suspend = ({ userId }: Person) =>
  server.api(peopleRoutes.suspend, { params: { id: userId }, body: { reason } }, admin)
const lift = ({ userId }: Person) =>
  server.api(peopleRoutes.lift, { params: { id: userId }, body: {} }, admin)

async function suspended(wish?: Parameters<TestServer['person']>[0]): Promise<Person> {
  const person = await server.person(wish)
  await suspend(person)
  return person
}

const signIn = async ({ email, password }: Person, page = new Browser(server.url)) =>
  requireSuspension(await page.ok(authRoutes.login, { email, password }))

const take = (token: string) => server.api(ownDataRoutes.exportMine, {}, { token })
const erase = (token: string, password: string) =>
  server.api(ownDataRoutes.eraseMine, { body: { word: 'ERASE', password } }, { token })
const signedOut = { code: 'signed-out' }

describe('who signs in to a suspended account', () => {
  test('reads why and since when, and gets no login', async () => {
    const ravi = await suspended({ name: 'Ravi' })
    const page = new Browser(server.url)
    const told = await signIn(ravi, page)
    expect(told).toMatchObject({ name: 'Ravi', reason, expiresIn: 900 })
    expect(Date.now() - Date.parse(told.since)).toBeLessThan(60_000)
    expect(page.cookie('refresh')).toBeUndefined()
    expect(page.cookie('device')).toBeUndefined()
    const alive = await server.db
      .selectFrom('login')
      .select('id')
      .where('account_id', '=', ravi.userId)
      .where('ended_at', 'is', null)
      .execute()
    expect(alive).toEqual([])
  })

  test('proves their second factor first, and is told nothing before', async () => {
    const ravi = await withApp(server, clock, await server.person())
    await suspend(ravi)
    const page = new Browser(server.url)
    const { step } = await passwordStep(page, ravi)
    const proof = { way: 'code', code: clock.nextCode(ravi.secret) }
    const { pass } = requireSuspension(await page.ok(authRoutes.loginStep, { step, proof }))
    await take(pass)
  })

  test('hears by mail of a sign-in from a new device', async () => {
    const ravi = await suspended()
    await signIn(ravi)
    await eventually(async () => {
      const mails = server.db.selectFrom('mail').select('subject').where('recipient', '=', ravi.email)
      expect((await mails.execute()).map(({ subject }) => subject)).toContain('New sign-in to your account')
    })
  })
})

describe('their pass', () => {
  test('takes their data with them, without asking again who they are', async () => {
    const ravi = await suspended()
    const { pass } = await signIn(ravi)
    const files = unzipSync((await take(pass)) as Uint8Array)
    expect(JSON.parse(strFromU8(files['account.json']!))).toMatchObject([{ email: ravi.email }])
  })

  test('erases the account with the password, and is void then', async () => {
    const ravi = await suspended()
    const { pass } = await signIn(ravi)
    await expect(erase(pass, 'not my password')).rejects.toMatchObject({ code: 'wrong-credentials' })
    await erase(pass, ravi.password)
    const { email, password } = ravi
    expect(await new Browser(server.url).post(authRoutes.login, { email, password })).toMatchObject({
      code: 'wrong-credentials',
    })
    await expect(take(pass)).rejects.toMatchObject(signedOut)
  })

  test('says whom to ask where a seat is in the way: they can’t give it back', async () => {
    const ravi = await server.person()
    const mentor = await server.person({ roles: ['mentor'] })
    const sessionId = await newSession(server.db, { mentorId: mentor.userId })
    await newBooking(server.db, { sessionId, learnerId: ravi.userId })
    await suspend(ravi)
    const { pass } = await signIn(ravi)
    const refused = expect(erase(pass, ravi.password)).rejects
    await refused.toMatchObject({
      code: 'erase-blocked',
      message: expect.stringContaining('Write to us') as string,
    })
  })

  test('says what happens to the packs that they sold, where one is in the way', async () => {
    const ravi = await server.person({ roles: ['mentor'] })
    await desk(server, ravi).pack(await server.person())
    // As it is before the job has come that pays back what nobody can use.
    await server.db
      .updateTable('account')
      .set({ suspended_at: new Date(), suspended_because: reason })
      .where('id', '=', ravi.userId)
      .execute()
    const { pass } = await signIn(ravi)
    await expect(erase(pass, ravi.password)).rejects.toMatchObject({
      code: 'erase-blocked',
      message: expect.stringMatching(/being paid back/) as string,
    })
  })

  test('opens nothing else, and no socket', async () => {
    const ravi = await suspended({ roles: ['mentor', 'admin'] })
    const token = (await signIn(ravi)).pass
    await expect(server.api(userRoutes.me, {}, { token })).rejects.toMatchObject(signedOut)
    await expect(server.api(peopleRoutes.people, { query: {} }, { token })).rejects.toMatchObject(signedOut)
    await expect(server.connect({ token })).rejects.toMatchObject(signedOut)
    // Not even as what a ticket would be.
    const socket = new TestSocket({ url: server.url, ticket: token })
    expect(await socket.closed).toMatchObject({ reason: 'ticket-invalid' })
  })

  test('ends when the suspension is lifted, and stays void in the next one', async () => {
    const ravi = await suspended()
    const { pass } = await signIn(ravi)
    await lift(ravi)
    await expect(take(pass)).rejects.toMatchObject(signedOut)
    await suspend(ravi)
    await expect(take(pass)).rejects.toMatchObject(signedOut)
  })

  test('ends with another password, and after a quarter of an hour', async () => {
    const [ravi, asha] = [await suspended(), await suspended()]
    const [first, second] = [await signIn(ravi), await signIn(asha)]
    const another = { password_hash: await hashPassword('another horse battery') }
    await server.db.updateTable('account').set(another).where('id', '=', ravi.userId).execute()
    await expect(take(first.pass)).rejects.toMatchObject(signedOut)
    const later = await startServer({ now: () => new Date(clock.now().getTime() + 16 * 60_000) })
    const late = later.api(ownDataRoutes.exportMine, {}, { token: second.pass })
    await expect(late).rejects.toMatchObject(signedOut)
    await take(second.pass)
  })

  test('is none for anybody whom the server did not give it to', async () => {
    const [ravi, asha] = [await suspended(), await server.person()]
    const { id: kid, privateKey } = signingKey('somebody-elses-secret-0123456789')
    const header = { alg: 'EdDSA', typ: 'own-data+jwt', kid }
    const claims = new SignJWT({ standing: 'x' }).setSubject(ravi.userId).setIssuer('peerlearn')
    const forged = claims.setAudience('peerlearn-own-data').setIssuedAt().setExpirationTime('5m')
    await expect(take(await forged.setProtectedHeader(header).sign(privateKey))).rejects.toMatchObject(
      signedOut,
    )
    // An access token is none either, once its person is suspended.
    await suspend(asha)
    await expect(take(asha.token)).rejects.toMatchObject(signedOut)
  })
})
