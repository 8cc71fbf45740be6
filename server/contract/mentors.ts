/** A mentor's public page, following, skills that others use, profile images. */
import { z } from 'zod'
import { id, instant, nothing, text } from './base.ts'
import { file, route, upload } from './route.ts'
import { session } from './sessions.ts'
import { mentor } from './users.ts'

const one = z.strictObject({ id })

/** Feedback on one of their sessions. */
export const opinion = z
  .strictObject({
    id,
    name: z.string(),
    rating: z.number().int(),
    comment: z.string(),
    sessionTitle: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Opinion' })

export const mentorPage = z
  .strictObject({
    mentor,
    since: instant,
    /** Classes that took place. */
    taught: z.number().int(),
    followers: z.number().int(),
    /** Whether the reader follows. */
    following: z.boolean(),
    /** The next twelve that can still be joined. */
    sessions: z.array(session),
    /** The newest twenty with words. */
    feedback: z.array(opinion),
  })
  .meta({ id: 'MentorPage' })
export type MentorPage = z.infer<typeof mentorPage>

/** What a profile image may be sent as; it is made anew as WebP, 256 × 256. */
export const imageTypes = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'] as const
export const largestImage = 5_000_000

export const mentorRoutes = {
  page: route({
    method: 'get',
    path: '/api/mentors/:id',
    access: 'anyone',
    limit: 'sessions',
    summary: 'A mentor with the next sessions and the newest feedback',
    params: one,
    response: mentorPage,
  }),
  follow: route({
    method: 'post',
    path: '/api/mentors/:id/follow',
    access: 'learner',
    limit: 'sessions',
    summary: 'Hear of a mentor’s new sessions; repeating it is harmless',
    params: one,
    body: nothing,
    response: nothing,
  }),
  unfollow: route({
    method: 'delete',
    path: '/api/mentors/:id/follow',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Hear no more of a mentor; repeating it is harmless',
    params: one,
    response: nothing,
  }),
  followed: route({
    method: 'get',
    path: '/api/follows',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'The mentors whom I follow, by name',
    response: z.strictObject({ items: z.array(mentor) }),
  }),
  skills: route({
    method: 'get',
    path: '/api/skills',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Skills that begin with these letters or contain them, most used first',
    query: z.strictObject({ q: text(0, 40).default('') }),
    response: z.strictObject({ items: z.array(z.string()) }),
  }),
  image: route({
    method: 'get',
    path: '/api/users/:id/image',
    access: 'anyone',
    limit: 'none',
    summary: 'A profile image; its address changes with it',
    params: one,
    query: z.strictObject({ v: z.string().max(64).optional() }),
    produces: 'image/webp',
    response: file,
  }),
  setImage: route({
    method: 'put',
    path: '/api/users/profile/image',
    access: 'signed-in',
    limit: 'payments',
    summary:
      'My profile image: JPEG, PNG, WebP, GIF or AVIF up to 5 MB; made anew as WebP without its hidden data',
    consumes: { types: imageTypes, maxBytes: largestImage },
    body: upload,
    response: z.strictObject({ image: z.string() }),
  }),
  removeImage: route({
    method: 'delete',
    path: '/api/users/profile/image',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Remove my profile image; repeating it is harmless',
    response: nothing,
  }),
}
