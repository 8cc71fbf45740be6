/** People: accounts, sign-in, profiles, mentors. */
import { z } from 'zod'
import { id, instant, nothing, page, role, skills, text } from './base.ts'
import { route } from './route.ts'

export const email = z.string().trim().toLowerCase().max(254).pipe(z.email())
export const password = z.string().min(8).max(128)

export const user = z
  .strictObject({
    id,
    email,
    name: z.string(),
    role,
    bio: z.string(),
    skills: z.array(z.string()),
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
    rating: z.number().nullable(),
    ratings: z.number().int(),
  })
  .meta({ id: 'Mentor' })
export type Mentor = z.infer<typeof mentor>

/** `accessToken` goes into `Authorization: Bearer`; `expiresIn` seconds. The refresh token is an HttpOnly cookie. */
export const login = z
  .strictObject({ user, accessToken: z.string(), expiresIn: z.number().int() })
  .meta({ id: 'Login' })
export type Login = z.infer<typeof login>

export const registration = z.strictObject({
  email,
  password,
  name: text(1, 80),
  role: z.enum(['learner', 'mentor']),
  bio: text(0, 2000).default(''),
  skills: skills.default([]),
})

export const profileChange = z.strictObject({
  name: text(1, 80).optional(),
  bio: text(0, 2000).optional(),
  skills: skills.optional(),
})

export const userRoutes = {
  register: route({
    method: 'post',
    path: '/api/auth/register',
    access: 'anyone',
    limit: 'auth',
    summary: 'Make an account and sign in',
    body: registration,
    response: login,
    status: 201,
  }),
  login: route({
    method: 'post',
    path: '/api/auth/login',
    access: 'anyone',
    limit: 'auth',
    summary: 'Sign in',
    body: z.strictObject({ email, password: z.string().min(1).max(128) }),
    response: login,
  }),
  refresh: route({
    method: 'post',
    path: '/api/auth/refresh',
    access: 'refresh-cookie',
    limit: 'none',
    summary: 'A new access token for the refresh cookie, which is replaced',
    body: nothing,
    response: login,
  }),
  logout: route({
    method: 'post',
    path: '/api/auth/logout',
    access: 'refresh-cookie',
    limit: 'none',
    summary: 'Sign out: ends the login and closes its sockets',
    body: nothing,
    response: nothing,
  }),
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
  wsTicket: route({
    method: 'post',
    path: '/api/ws-ticket',
    access: 'signed-in',
    limit: 'webrtc',
    summary: 'A ticket for one WebSocket: single use, 30 seconds',
    body: nothing,
    response: z.strictObject({ ticket: z.string() }),
    status: 201,
  }),
}
