/** Applying to teach, and the admins' list of people. */
import { authRoutes } from '@peerlearn/contract/auth'
import { peopleRoutes as routes } from '@peerlearn/contract/people'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './harness-browser.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { peopleDesk, type PeopleDesk } from './people-desk.ts'
import { linkToken } from './sign-in.ts'

let server: TestServer
let admin: Person
let suspend: PeopleDesk['suspend'], toldOf: PeopleDesk['toldOf'], audited: PeopleDesk['audited']
beforeAll(async () => {
  server = await startServer()
  admin = await server.person({ roles: ['admin'], name: 'Nandini' })
  ;({ suspend, toldOf, audited } = peopleDesk(server, admin))
})

const about = 'I have taught balance sheets to shopkeepers for nine years.'
const apply = (who: Person, text = about) => server.api(routes.apply, { body: { about: text } }, who)
const decide = (id: string, body: { decision: 'approved' | 'refused'; answer?: string }, by = admin) =>
  server.api(routes.decide, { params: { id }, body }, by)
const rolesOf = async ({ userId }: Person) =>
  (await server.db.selectFrom('account').select('roles').where('id', '=', userId).executeTakeFirstOrThrow())
    .roles

describe('becoming a mentor', () => {
  test('takes an application that an admin approves', async () => {
    const asha = await server.person({ name: 'Asha' })
    const { id, status } = await apply(asha)
    expect(status).toBe('pending')
    const queue = await server.api(routes.applications, { query: {} }, admin)
    expect(queue.items.find((one) => one.application.id === id)).toMatchObject({
      name: 'Asha',
      application: { about },
    })
    await decide(id, { decision: 'approved' })
    expect(await rolesOf(asha)).toEqual(['learner', 'mentor'])
    expect(await toldOf(asha)).toEqual([{ title: 'You are a mentor now' }])
    expect(await audited(asha)).toEqual([['application.approved', admin.userId]])
    // The same login, with no new token: roles are read from the database.
    const { items } = await server.api(sessionRoutes.mentorData, {}, asha)
    expect(items).toEqual([])
  })

  test('is told to every admin who may decide it, once, with the way to it', async () => {
    const owner = await server.person({ roles: ['owner'] })
    const outsider = await server.person()
    const meera = await server.person({ name: 'Meera Applies' })
    await apply(meera)
    await expect(apply(meera)).rejects.toMatchObject({ code: 'already-applied' })
    const told = await server.db
      .selectFrom('notification')
      .select(['account_id', 'link'])
      .where('message', 'like', '%Meera Applies%')
      .execute()
    const who = told.map((note) => note.account_id)
    expect(who.filter((id) => id === admin.userId)).toHaveLength(1)
    expect(who.filter((id) => id === owner.userId)).toHaveLength(1)
    expect(who).not.toContain(outsider.userId)
    expect(told.every(({ link }) => link === '/admin/applications')).toBe(true)
  })

  test('is told to admins, too, when a new password is what proved the address', async () => {
    const page = new Browser(server.url)
    const email = 'usha@peerlearn.test'
    const application = 'Statistics, with the newspaper of the day.'
    const person = { email, password: 'correct horse battery', name: 'Usha Applies', application }
    const { user } = await page.ok(authRoutes.register, person)
    const toAdmin = async () =>
      (await toldOf(admin)).filter(({ title }) => title === 'Somebody wants to teach')
    const before = await toAdmin()
    await page.ok(authRoutes.forgotPassword, { email })
    const token = await linkToken(server, email, 'Set a new password')
    await page.ok(authRoutes.resetPassword, { token, password: 'a new horse battery' })
    expect(await toAdmin()).toHaveLength(before.length + 1)
    expect(await audited({ userId: user.id })).toEqual([
      ['email.verified', user.id],
      ['password.reset', user.id],
    ])
    // The link of the first mail still proves the same: nobody hears it twice.
    await page.ok(authRoutes.proveEmail, { token: await linkToken(server, email, 'Confirm your address') })
    expect(await toAdmin()).toHaveLength(before.length + 1)
  })

  test('tells somebody who was refused why, and lets them try again', async () => {
    const ravi = await server.person()
    const { id } = await apply(ravi)
    await expect(decide(id, { decision: 'refused' })).rejects.toMatchObject({ code: 'bad-input' })
    await decide(id, { decision: 'refused', answer: 'Tell us what you will teach.' })
    expect(await rolesOf(ravi)).toEqual(['learner'])
    const { items } = await server.api(routes.myApplications, {}, ravi)
    expect(items).toMatchObject([{ status: 'refused', answer: 'Tell us what you will teach.' }])
    expect((await apply(ravi)).status).toBe('pending')
  })

  test('is asked for once at a time, and can be taken back before it is decided', async () => {
    const ravi = await server.person()
    const { id } = await apply(ravi)
    await expect(apply(ravi)).rejects.toMatchObject({ code: 'already-applied' })
    const withdraw = () => server.api(routes.withdraw, { params: { id } }, ravi)
    expect((await withdraw()).status).toBe('withdrawn')
    expect((await withdraw()).status).toBe('withdrawn')
    await expect(decide(id, { decision: 'approved' })).rejects.toMatchObject({ code: 'not-found' })
    const again = await apply(ravi)
    await decide(again.id, { decision: 'refused', answer: 'Not now.' })
    const late = server.api(routes.withdraw, { params: { id: again.id } }, ravi)
    await expect(late).rejects.toMatchObject({ code: 'already-decided' })
    const others = server.api(routes.withdraw, { params: { id } }, await server.person())
    await expect(others).rejects.toMatchObject({ code: 'not-found' })
  })

  test('is decided once, by one of two admins', async () => {
    const { id } = await apply(await server.person())
    const second = await server.person({ roles: ['admin'] })
    const tries = await Promise.allSettled([
      decide(id, { decision: 'approved' }),
      decide(id, { decision: 'refused', answer: 'Not now.' }, second),
    ])
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('needs a proved email', async () => {
    const unproved = await server.person({ verified: false })
    await expect(apply(unproved)).rejects.toMatchObject({ code: 'email-unverified' })
  })

  test('is not asked for by somebody who teaches already', async () => {
    const mentor = await server.person({ roles: ['mentor'] })
    await expect(apply(mentor)).rejects.toMatchObject({ code: 'already-mentor' })
  })

  test('is for admins to decide, page by page', async () => {
    for (let i = 0; i < 3; i++) await apply(await server.person())
    const first = await server.api(routes.applications, { query: { limit: 2 } }, admin)
    expect(first.items).toHaveLength(2)
    const { items } = await server.api(
      routes.applications,
      { query: { limit: 50, cursor: first.nextCursor! } },
      admin,
    )
    const ids = [...first.items, ...items].map(({ application }) => application.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids).toEqual(ids.toSorted())
    const decided = await server.api(routes.applications, { query: { status: 'decided' } }, admin)
    expect(decided.items.every(({ application }) => application.decidedAt !== null)).toBe(true)
  })
})

describe('the list of people', () => {
  test('finds them by words of the name, or the beginning of the email, page by page', async () => {
    const people = []
    for (const name of ['Tara Quill', 'Tara Quince', 'Quentin Tara'])
      people.push(await server.person({ name }))
    const find = (query: object) => server.api(routes.people, { query }, admin)
    const names = async (q: string) => (await find({ q })).items.map(({ name }) => name)
    expect(await names('tara qu')).toEqual(['Quentin Tara', 'Tara Quince', 'Tara Quill'])
    expect(await names('%')).toEqual([])
    expect(await names(people[1]!.email.slice(0, 30))).toEqual(['Tara Quince'])
    const first = await find({ q: 'tara', limit: 2 })
    const rest = await find({ q: 'tara', limit: 2, cursor: first.nextCursor! })
    expect([first.items.length, rest.items.length, rest.nextCursor]).toEqual([2, 1, null])
  })

  test('filters by role and suspension', async () => {
    const ravi = await server.person({ name: 'Ravi Shut' })
    await suspend(ravi)
    const find = (query: object) => server.api(routes.people, { query: { q: 'Ravi Shut', ...query } }, admin)
    expect((await find({ suspended: 'yes' })).items).toMatchObject([{ id: ravi.userId, secondFactor: false }])
    expect((await find({ suspended: 'no' })).items).toEqual([])
    expect((await find({ role: 'mentor' })).items).toEqual([])
  })
})
