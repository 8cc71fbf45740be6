/** What a mentor shows of themselves: their page, followers, picture, and the skills that others choose from. */
import { request } from 'node:http'
import { mentorRoutes as routes } from '@peerlearn/contract/mentors'
import { notificationRoutes } from '@peerlearn/contract/notifications'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import { userRoutes } from '@peerlearn/contract/users'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { followerJobs } from '../src/mentors/telling.ts'
import { newBooking, newSession } from './factories.ts'
import { eventually, startServer, type Person, type TestServer } from './harness.ts'

let server: TestServer
let mentor: Person
let learner: Person

beforeAll(async () => {
  server = await startServer()
  mentor = await server.person({ roles: ['mentor'], name: 'Asha Rao', skills: ['Counterpoint', 'Piano'] })
  learner = await server.person()
})

const one = () => ({ params: { id: mentor.userId } })

test('a mentor’s page tells the next sessions, what was taught, and what people wrote', async () => {
  const coming = await newSession(server.db, { mentorId: mentor.userId })
  const ended = await newSession(server.db, { mentorId: mentor.userId, title: 'Two voices' })
  await newBooking(server.db, { sessionId: ended, learnerId: learner.userId })
  await server.db
    .updateTable('session')
    .set({ status: 'ended', started_at: new Date(), ended_at: new Date() })
    .where('id', '=', ended)
    .execute()
  await server.api(
    sessionRoutes.feedback,
    { params: { id: ended }, body: { rating: 4, comment: 'I hear them apart now.' } },
    learner,
  )
  const page = await server.api(routes.page, one())
  expect(page.mentor).toMatchObject({ name: 'Asha Rao', rating: 4, ratings: 1, image: null })
  expect(page.sessions.map((session) => session.id)).toEqual([coming])
  expect(page.taught).toBe(1)
  expect(page.feedback).toMatchObject([{ sessionTitle: 'Two voices', comment: 'I hear them apart now.' }])
  const nobody = { params: { id: learner.userId } }
  await expect(server.api(routes.page, nobody)).rejects.toMatchObject({ code: 'not-found' })
})

test('following twice is following once, and can be taken back', async () => {
  await server.api(routes.follow, { ...one(), body: {} }, learner)
  await server.api(routes.follow, { ...one(), body: {} }, learner)
  expect(await server.api(routes.page, one(), learner)).toMatchObject({ followers: 1, following: true })
  expect(await server.api(routes.page, one())).toMatchObject({ followers: 1, following: false })
  expect((await server.api(routes.followed, {}, learner)).items).toMatchObject([{ name: 'Asha Rao' }])
  await server.api(routes.unfollow, one(), learner)
  expect(await server.api(routes.page, one(), learner)).toMatchObject({ followers: 0, following: false })
  await expect(server.api(routes.follow, { ...one(), body: {} }, mentor)).rejects.toMatchObject({
    code: 'bad-input',
  })
})

test('followers hear of a new session once, of a series once', async () => {
  const follower = await server.person()
  const other = await server.person({ roles: ['mentor'], name: 'Meera Iyer' })
  await server.api(routes.follow, { params: { id: other.userId }, body: {} }, follower)
  const seriesId = newId()
  await server.db
    .insertInto('series')
    .values({ id: seriesId, mentor_id: other.userId, rule: '{}', time_zone: 'Asia/Kolkata' })
    .execute()
  for (const days of [1, 8, 15])
    await newSession(server.db, {
      mentorId: other.userId,
      series_id: seriesId,
      title: 'Scales',
      starts_at: new Date(Date.now() + days * 86_400_000),
    })
  await newSession(server.db, { mentorId: other.userId, title: 'Etudes' })
  const jobs = followerJobs({ db: server.db, notify: server.app.notify, now: () => new Date() })
  const attempt = { last: false, signal: AbortSignal.timeout(10_000) }
  await Promise.all([jobs['follow.tell']!({}, attempt), jobs['follow.tell']!({}, attempt)])
  const { items } = await server.api(notificationRoutes.notifications, { query: {} }, follower)
  expect(items.map(({ message }) => message).sort()).toEqual(['“Etudes”.', '“Scales”, on 3 dates.'])
})

describe('a profile image', () => {
  /** Sends the head and a little of the body. @returns the status, before the rest is sent */
  const beginUpload = (bytes: number, token?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'image/png', 'content-length': bytes }
      const asked = request(server.url + routes.setImage.path, {
        method: routes.setImage.method.toUpperCase(),
        headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
      })
      asked.on('error', reject)
      asked.on('response', (answer) => {
        resolve(answer.statusCode)
        asked.destroy()
      })
      asked.write(Buffer.alloc(1_000))
    })

  test('of nobody who is signed in is refused before it is read, and one too large before it is sent', async () => {
    expect(await beginUpload(5_000_000)).toBe(401)
    expect(await beginUpload(50_000_000, mentor.token)).toBe(413)
  })

  const photo = (format: 'jpeg' | 'png' | 'webp' | 'gif' | 'avif', side = 900) =>
    sharp({ create: { width: side, height: 600, channels: 3, background: '#275' } })
      .withExif({ IFD0: { Artist: 'Where I live' } })
      .toFormat(format)
      .toBuffer()
  const set = (body: Uint8Array, person = mentor) => server.api(routes.setImage, { body }, person)

  test.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)(
    'of %s is made anew, small, without what was hidden in it',
    async (format) => {
      const { image } = await set(await photo(format))
      const { user } = { user: await server.api(userRoutes.me, {}, mentor) }
      expect(user.image).toBe(image)
      const response = await fetch(server.url + image)
      expect(response.headers.get('content-type')).toBe('image/webp')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      const made = Buffer.from(await response.arrayBuffer())
      expect(await sharp(made).metadata()).toMatchObject({ format: 'webp', width: 256, height: 256 })
      expect(made.includes('Where I live')).toBe(false)
    },
  )

  test('has another address when it changes, and is gone when it is removed', async () => {
    const first = await set(await photo('png'))
    const second = await set(
      await sharp(await photo('png'))
        .negate()
        .png()
        .toBuffer(),
    )
    expect(second.image).not.toBe(first.image)
    await server.api(routes.removeImage, {}, mentor)
    expect((await fetch(server.url + second.image)).status).toBe(404)
    expect((await server.api(userRoutes.me, {}, mentor)).image).toBeNull()
  })

  test.each([
    ['text', Buffer.from('hello, I am no picture')],
    ['a script in SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')],
    ['half a picture', null],
    ['a picture that unfolds to more than memory', 'bomb'],
  ] as const)('%s is refused and the old one stays', async (_what, given) => {
    const other = await server.person()
    const { image } = await set(await photo('png'), other)
    const bytes =
      given === null
        ? (await photo('jpeg')).subarray(0, 700)
        : given === 'bomb'
          ? await sharp({ create: { width: 9_000, height: 9_000, channels: 3, background: '#000' } })
              .png()
              .toBuffer()
          : given
    await expect(set(bytes, other)).rejects.toMatchObject({ code: 'bad-input' })
    expect((await server.api(userRoutes.me, {}, other)).image).toBe(image)
  })

  test('larger than 5 MB is refused before it is read', async () => {
    await expect(set(Buffer.alloc(5_000_001))).rejects.toMatchObject({ code: 'too-large' })
  })
})

test('skills are suggested as mentors spell them, those that begin so first', async () => {
  await server.person({ roles: ['mentor'], skills: ['Jazz piano', 'piano'] })
  const fresh = await startServer()
  const { items } = await eventually(() => fresh.api(routes.skills, { query: { q: 'pia' } }))
  expect(items[0]?.toLowerCase()).toBe('piano')
  expect(items).toContain('Jazz piano')
})
