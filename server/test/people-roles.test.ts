/** Who looks after the place: suspension, roles given and taken, the first owner. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { adminRoutes } from '@peerlearn/contract/admin'
import { peopleRoutes as routes } from '@peerlearn/contract/people'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, describe, expect, test } from 'vitest'
import { codeMinutes, makeOwnerCode } from '../src/people/first-owner.ts'
import { newBooking, newSession } from './factories.ts'
import { eventually, newDatabase, startServer, type Person, type TestServer } from './harness.ts'
import { peopleDesk, type PeopleDesk } from './people-desk.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')

let server: TestServer
let admin: Person, owner: Person
let suspend: PeopleDesk['suspend'], toldOf: PeopleDesk['toldOf'], audited: PeopleDesk['audited']
beforeAll(async () => {
  server = await startServer()
  admin = await server.person({ roles: ['admin'], name: 'Nandini' })
  ;({ suspend, toldOf, audited } = peopleDesk(server, admin))
  owner = await server.person({ roles: ['owner'], name: 'Olga' })
})

const grant = (who: Person, role: 'mentor' | 'admin' | 'owner', by = owner) =>
  server.api(routes.grant, { params: { id: who.userId }, body: { role } }, by)
const revoke = (who: Person, role: 'mentor' | 'admin' | 'owner', by = owner) =>
  server.api(routes.revoke, { params: { id: who.userId }, body: { role } }, by)

describe('suspending somebody', () => {
  test('ends their logins, and they stay out until it is lifted', async () => {
    const ravi = await server.person()
    expect(await suspend(ravi)).toMatchObject({ suspendedBecause: 'Sold seats outside.' })
    await expect(server.api(userRoutes.me, {}, ravi)).rejects.toMatchObject({ code: 'signed-out' })
    // Neither does a login that somehow lives on count for anything.
    const other = await server.again(ravi)
    await expect(server.api(userRoutes.me, {}, other)).rejects.toMatchObject({ code: 'signed-out' })
    await suspend(ravi)
    const lifted = await server.api(routes.lift, { params: { id: ravi.userId }, body: {} }, admin)
    expect(lifted).toMatchObject({ suspendedAt: null, suspendedBecause: null })
    expect((await server.api(userRoutes.me, {}, await server.again(ravi))).id).toBe(ravi.userId)
    expect(await audited(ravi)).toEqual([
      ['account.suspended', admin.userId],
      ['account.suspension-lifted', admin.userId],
    ])
  })

  test('cancels what a mentor had planned, and the learners hear of it', async () => {
    const mentor = await server.person({ roles: ['mentor'] })
    const asha = await server.person()
    const sessionId = await newSession(server.db, { mentorId: mentor.userId })
    await newBooking(server.db, { sessionId, learnerId: asha.userId })
    await suspend(mentor)
    await eventually(async () => {
      const { session, booking } = await server.api(sessionRoutes.get, { params: { id: sessionId } }, asha)
      expect(session.status).toBe('cancelled')
      expect(booking?.status).toBe('cancelled')
      expect(await toldOf(asha)).toHaveLength(1)
    })
  })

  test('takes a mentor out of the list of mentors', async () => {
    const mentor = await server.person({ roles: ['mentor'], name: 'Zubin Suspended' })
    const found = async () =>
      (await server.api(userRoutes.mentors, { query: { q: 'Zubin Suspended' } })).items.length
    expect(await found()).toBe(1)
    await suspend(mentor)
    expect(await found()).toBe(0)
  })

  test('of an admin is an owner’s, and so is lifting it; why stays out of the audit log', async () => {
    const other = await server.person({ roles: ['admin'] })
    await expect(suspend(other)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await suspend(other, owner)).suspendedAt).not.toBeNull()
    const lift = (by: Person) => server.api(routes.lift, { params: { id: other.userId }, body: {} }, by)
    await expect(lift(admin)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await lift(owner)).suspendedAt).toBeNull()
    const kept = await server.db.selectFrom('audit_event').select('data').execute()
    expect(JSON.stringify(kept)).not.toContain('Sold seats outside.')
  })

  test('is never oneself, and never an owner', async () => {
    await expect(suspend(admin)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(suspend(owner)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(suspend(owner, owner)).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('roles', () => {
  test('of an admin are an owner’s to give and to take', async () => {
    const ravi = await server.person()
    await expect(grant(ravi, 'admin', admin)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await grant(ravi, 'admin')).roles).toEqual(['learner', 'admin'])
    await expect(revoke(ravi, 'admin', admin)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await revoke(ravi, 'admin')).roles).toEqual(['learner'])
    expect(await audited(ravi)).toEqual([
      ['role.granted', owner.userId],
      ['role.revoked', owner.userId],
    ])
  })

  test('of a mentor are an admin’s to take; their sessions are cancelled and they are signed out', async () => {
    const mentor = await server.person({ roles: ['mentor'] })
    const sessionId = await newSession(server.db, { mentorId: mentor.userId })
    expect((await revoke(mentor, 'mentor', admin)).roles).toEqual(['learner'])
    await expect(server.api(userRoutes.me, {}, mentor)).rejects.toMatchObject({ code: 'signed-out' })
    await eventually(async () => {
      const { session } = await server.api(sessionRoutes.get, { params: { id: sessionId } })
      expect(session.status).toBe('cancelled')
    })
  })

  test('need a second factor to be used', async () => {
    const boss = await server.person({ roles: ['admin'], secondFactor: false })
    const asked = server.api(adminRoutes.overview, {}, boss)
    await expect(asked).rejects.toMatchObject({ code: 'second-factor-needed', status: 403 })
  })

  test('leave one owner, even when two take each other’s at once', async () => {
    const other = await server.person({ roles: ['owner'] })
    const tries = await Promise.allSettled([revoke(owner, 'owner', other), revoke(other, 'owner', owner)])
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const { items } = await server.api(routes.people, { query: { role: 'owner' } }, admin)
    expect(items).toHaveLength(1)
    // The other tests go on with whoever is left.
    owner = [owner, other].find(({ userId }) => userId === items[0]!.id)!
    await expect(revoke(owner, 'owner')).rejects.toMatchObject({ code: 'last-owner' })
  })
})

/** Runs a script as somebody at a terminal does. @returns what it prints */
const run = async (command: string, args: string[], env: Record<string, string>) =>
  (await execute(command, ['--disable-warning=ExperimentalWarning', ...args], { cwd: root, env })).stdout

describe('the first owner', () => {
  test('enters the code that the start printed, once', async () => {
    const fresh = await startServer({ databaseUrl: await newDatabase() })
    const [asha, ravi] = [await fresh.person(), await fresh.person()]
    const enter = (who: Person, code: string) => fresh.api(routes.becomeOwner, { body: { code } }, who)
    const print = () =>
      run(process.execPath, ['scripts/owner-code.ts'], { DATABASE_URL: fresh.config.DATABASE_URL })
    const codeIn = (printed: string) => /(?:[A-Z2-9]{5}-){3}[A-Z2-9]{5}/.exec(printed)![0]
    const owned = () => fresh.api(routes.ownership, {}, ravi)
    expect(await owned()).toEqual({ owned: false })
    const void_ = codeIn(await print())
    const code = codeIn(await print())
    await expect(enter(asha, void_)).rejects.toMatchObject({ code: 'bad-input' })
    const kept = await fresh.db.selectFrom('owner_code').selectAll().execute()
    expect(JSON.stringify(kept)).not.toContain(code)
    const tries = await Promise.allSettled([enter(asha, code.toLowerCase()), enter(ravi, code)])
    expect(tries.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await expect(enter(ravi, code)).rejects.toThrow('This place has an owner already')
    expect(await owned()).toEqual({ owned: true })
    expect(await print()).toBe('This place has an owner already.\n')
  })

  test('is too late after half an hour', async () => {
    const fresh = await startServer({ databaseUrl: await newDatabase() })
    const code = (await makeOwnerCode(fresh.db))!
    const late = new Date(Date.now() - 1)
    await fresh.db.updateTable('owner_code').set({ expires_at: late }).execute()
    const entering = fresh.api(routes.becomeOwner, { body: { code } }, await fresh.person())
    await expect(entering).rejects.toMatchObject({ code: 'bad-input' })
    expect(codeMinutes).toBe(30)
  })
})
