/** People: accounts, sign-in, profiles, mentors. */
import { z } from 'zod'
import { id, instant, page, role, skills, text, timeZone } from './base.ts'
import { route } from './route.ts'

export const email = z.string().trim().toLowerCase().max(254).pipe(z.email())

/** Address of a profile image, 256 × 256; null without one. */
const image = z.string().nullable()

export const user = z
  .strictObject({
    id,
    email,
    name: z.string(),
    roles: z.array(role),
    /** The email is proved to be theirs. */
    verified: z.boolean(),
    bio: z.string(),
    skills: z.array(z.string()),
    image,
    /** IANA name; what is written to them has its times there. */
    timeZone: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'User' })
export type User = z.infer<typeof user>

/** What anybody may know of a mentor. `rating` is the mean of 1–5, null without feedback. */
export const mentor = z
  .strictObject({
    id,
    name: z.string(),
    bio: z.string(),
    skills: z.array(z.string()),
    image,
    rating: z.number().nullable(),
    ratings: z.number().int(),
  })
  .meta({ id: 'Mentor' })
export type Mentor = z.infer<typeof mentor>

export const profileChange = z.strictObject({
  name: text(1, 80).optional(),
  bio: text(0, 2000).optional(),
  skills: skills.optional(),
  timeZone: timeZone.optional(),
})

export const userRoutes = {
  me: route({
    method: 'get',
    path: '/api/auth/me',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Who is signed in',
    response: user,
  }),
  profile: route({
    method: 'get',
    path: '/api/users/profile',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'My profile',
    response: user,
  }),
  changeProfile: route({
    method: 'put',
    path: '/api/users/profile',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Change my profile',
    body: profileChange,
    response: user,
  }),
  mentors: route({
    method: 'get',
    path: '/api/users/mentors',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Mentors by name',
    query: z.strictObject({
      q: text(0, 80).optional(),
      cursor: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
    response: page(mentor),
  }),
}
