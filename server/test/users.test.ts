import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { newSession } from './factories.ts'
import { startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

describe('a profile', () => {
  test('changes in what is given, and stays in the rest', async () => {
    const person = await server.person({
      roles: ['mentor'],
      name: 'Asha',
      bio: 'Teaches money.',
      skills: ['tax'],
    })
    const changed = await server.api(userRoutes.changeProfile, { body: { skills: ['tax', 'GST'] } }, person)
    expect(changed).toMatchObject({ name: 'Asha', bio: 'Teaches money.', skills: ['tax', 'GST'] })
    expect(await server.api(userRoutes.changeProfile, { body: {} }, person)).toEqual(changed)
    expect(await server.api(userRoutes.profile, {}, person)).toEqual(changed)
  })

  test('has the time zone that the person chose, and none that is not one', async () => {
    const person = await server.person()
    const choose = (timeZone: string) => server.api(userRoutes.changeProfile, { body: { timeZone } }, person)
    expect(await choose('Europe/Berlin')).toMatchObject({ timeZone: 'Europe/Berlin' })
    await expect(choose('Mars/Olympus')).rejects.toMatchObject({ code: 'bad-input' })
    expect(await server.api(userRoutes.me, {}, person)).toMatchObject({ timeZone: 'Europe/Berlin' })
  })

  test('cannot change what is not a person’s own to change', async () => {
    const person = await server.person()
    const change = { roles: ['admin'] } as never
    await expect(server.api(userRoutes.changeProfile, { body: change }, person)).rejects.toMatchObject({
      code: 'bad-input',
    })
  })
})

describe('the list of mentors', () => {
  const mentors: Person[] = []
  beforeAll(async () => {
    // Two share a name, one has a long one in a script of three bytes a letter, one has a wildcard.
    for (const name of ['Zoya Rao', 'Zoya Rao', 'Zoya 100%', 'Zoya ' + 'अ'.repeat(75), 'Zoya Zed'])
      mentors.push(await server.person({ roles: ['mentor'], name }))
    await server.person({ name: 'Zoya Learner' })
  })

  test('goes on page by page without losing or repeating anybody', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await server.api(userRoutes.mentors, {
        query: { q: 'zoya', limit: 2, ...(cursor && { cursor }) },
      })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor)
    expect(seen.toSorted()).toEqual(mentors.map(({ userId }) => userId).toSorted())
  })

  test('finds words anywhere in a name, and wildcards as themselves', async () => {
    const names = async (q: string) =>
      (await server.api(userRoutes.mentors, { query: { q } })).items.map(({ name }) => name)
    expect(await names('rao zoy')).toEqual(['Zoya Rao', 'Zoya Rao'])
    expect(await names('0%')).toEqual(['Zoya 100%'])
    expect(await names('_')).toEqual([])
  })

  test('shows the mean of what learners gave', async () => {
    const mentor = await server.person({ roles: ['mentor'], name: 'Yasmin Unique' })
    const sessionId = await newSession(server.db, { mentorId: mentor.userId })
    for (const rating of [5, 4, 4])
      await server.db
        .insertInto('feedback')
        .values({ id: newId(), session_id: sessionId, account_id: (await server.person()).userId, rating })
        .execute()
    const { items } = await server.api(userRoutes.mentors, { query: { q: 'Yasmin Unique' } })
    expect(items).toMatchObject([{ rating: 4.3, ratings: 3 }])
    expect(items[0]).not.toHaveProperty('email')
  })

  test('refuses a cursor that is not its own', async () => {
    const query = { cursor: "' or 1=1" }
    await expect(server.api(userRoutes.mentors, { query })).rejects.toMatchObject({ code: 'bad-input' })
  })
})
