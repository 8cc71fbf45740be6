/** Signing up, in and out: passwords, the second step, passkeys without a password, other providers, links in mails. */
import { z } from 'zod'
import { instant, nothing, skills, text, timeZone } from './base.ts'
import { applicationText } from './people.ts'
import { asked, passkeyAssertion, passkeyOptions, proof, step } from './proofs.ts'
import { route } from './route.ts'
import { email, user } from './users.ts'

export const password = z.string().min(8).max(128)

/** `accessToken` goes into `Authorization: Bearer`; `expiresIn` seconds. The refresh token is an HttpOnly cookie. */
export const login = z
  .strictObject({ user, accessToken: z.string(), expiresIn: z.number().int() })
  .meta({ id: 'Login' })
export type Login = z.infer<typeof login>

export const registration = z.strictObject({
  email,
  password,
  name: text(1, 80),
  bio: text(0, 2000).default(''),
  skills: skills.default([]),
  /** The browser's; without one that is known here it is the place's own. */
  timeZone: timeZone.optional().catch(undefined),
  /** Of somebody who wants to teach: an admin decides. Everybody begins as a learner. */
  application: applicationText.optional(),
})

/**
 * They proved who they are, and their account is suspended: no login. `pass` is a bearer token for taking their data and
 * having it erased, and for nothing else; `expiresIn` seconds.
 */
export const suspension = z
  .strictObject({
    name: z.string(),
    since: instant,
    /** As the admin told them. */
    reason: z.string(),
    pass: z.string(),
    expiresIn: z.number().int(),
  })
  .meta({ id: 'Suspension' })
export type Suspension = z.infer<typeof suspension>

/** What comes of a whole proof of who somebody is. */
export const entry = z.union([login, z.strictObject({ suspended: suspension })])
export type Entry = z.infer<typeof entry>

/** That, or a second factor is asked first. */
export const signInAnswer = z.union([entry, z.strictObject({ asked })])
export type SignInAnswer = z.infer<typeof signInAnswer>

/** The name of a provider in addresses; `label` is for people. */
export const providerName = z.string().regex(/^[a-z0-9_]{1,40}$/)
export const provider = z.strictObject({ name: providerName, label: z.string() })
export type Provider = z.infer<typeof provider>

/** A random secret out of a mail's link, where it stands in the fragment. */
export const mailToken = z.string().regex(/^[\w-]{43}$/, 'This link is not complete.')

export const authRoutes = {
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
    summary: 'Sign in; an account with a second factor is asked for it',
    body: z.strictObject({ email, password: z.string().min(1).max(128) }),
    response: signInAnswer,
  }),
  loginStep: route({
    method: 'post',
    path: '/api/auth/login/second',
    access: 'anyone',
    limit: 'auth',
    summary: 'The second step of a sign-in',
    body: z.strictObject({ step, proof }),
    response: entry,
  }),
  passkeyOptions: route({
    method: 'post',
    path: '/api/auth/passkey/options',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Begin a sign-in with a passkey alone',
    body: nothing,
    response: z.strictObject({ step, options: passkeyOptions }),
  }),
  passkeyLogin: route({
    method: 'post',
    path: '/api/auth/passkey',
    access: 'anyone',
    limit: 'auth',
    summary: 'Sign in with a passkey alone; the device checks who holds it',
    body: z.strictObject({ step, response: passkeyAssertion }),
    response: entry,
  }),
  providers: route({
    method: 'get',
    path: '/api/auth/providers',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Where else one can sign in with an account',
    response: z.strictObject({ items: z.array(provider) }),
  }),
  oidcStart: route({
    method: 'post',
    path: '/api/auth/oidc/:provider/start',
    access: 'anyone',
    limit: 'sessions',
    summary:
      'Begin a visit to this provider: to sign in, or, with a proved address, to link an account there',
    params: z.strictObject({ provider: providerName }),
    body: z.strictObject({ purpose: z.enum(['sign-in', 'link']) }),
    response: z.strictObject({ url: z.url() }),
  }),
  oidcFinish: route({
    method: 'post',
    path: '/api/auth/oidc/finish',
    access: 'anyone',
    limit: 'auth',
    summary: 'Back from a provider, with what it put into the address',
    body: z.strictObject({ query: z.string().max(4000) }),
    response: z.union([
      signInAnswer,
      /** There is an account with this address: it is linked after its own sign-in, with `link`. */
      z.strictObject({ link: step, email: z.string(), provider }),
      z.strictObject({ linked: provider }),
    ]),
  }),
  forgotPassword: route({
    method: 'post',
    path: '/api/auth/password/forgot',
    access: 'anyone',
    limit: 'auth',
    summary: 'Mail a link to set a new password, if there is such an account; the answer never says',
    body: z.strictObject({ email }),
    response: nothing,
  }),
  resetPassword: route({
    method: 'post',
    path: '/api/auth/password/reset',
    access: 'anyone',
    limit: 'auth',
    summary: 'Set a new password by a mailed link; ends all logins',
    body: z.strictObject({ token: mailToken, password }),
    /** The account's: what to sign in with now. */
    response: z.strictObject({ email: z.string() }),
  }),
  proveEmail: route({
    method: 'post',
    path: '/api/auth/email/prove',
    access: 'anyone',
    limit: 'auth',
    summary: 'Prove an address by a mailed link: the account’s, or one that it changes to',
    body: z.strictObject({ token: mailToken }),
    /** `applied`: an application to teach waits for an admin, who reads it from now on. */
    response: z.strictObject({ email: z.string(), changed: z.boolean(), applied: z.boolean() }),
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
