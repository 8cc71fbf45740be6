/** Signing in as tests need it: what was answered, the mails with links, the codes of an app. */
import {
  authRoutes,
  type Entry,
  type Login,
  type SignInAnswer,
  type Suspension,
} from '@peerlearn/contract/auth'
import type { Asked } from '@peerlearn/contract/proofs'
import { securityRoutes } from '@peerlearn/contract/security'
import { sql } from 'kysely'
import { presentCode } from '../src/auth/totp.ts'
import { Browser } from './harness-browser.ts'
import { eventually, startServer, type Person, type TestServer } from './harness.ts'

export function requireLogin(answer: SignInAnswer): Login {
  if ('asked' in answer) throw new Error(`a second factor was asked: ${answer.asked.ways.join(', ')}`)
  if ('suspended' in answer) throw new Error(`they are suspended: ${answer.suspended.reason}`)
  return answer
}

export function requireSuspension(answer: Entry | SignInAnswer): Suspension {
  if (!('suspended' in answer)) throw new Error('they are not suspended')
  return answer.suspended
}

export function requireAsked(answer: SignInAnswer): Asked {
  if (!('asked' in answer)) throw new Error('no second factor was asked')
  return answer.asked
}

let people = 0
/** Somebody new, as they fill in the page. */
export const newcomer = () => ({
  email: `newcomer${++people}@peerlearn.test`,
  password: 'correct horse battery',
  name: 'Asha',
})

/** They register in this browser. */
export async function register(page: Browser, wish: { application?: string } = {}) {
  const person = { ...newcomer(), ...wish }
  const { user, accessToken } = await page.ok(authRoutes.register, person)
  return { ...person, page, user, userId: user.id, token: accessToken }
}

/** Signs in with the password, without a second factor. */
export const passwordLogin = async (
  page: Browser,
  { email, password }: { email: string; password: string },
) => requireLogin(await page.ok(authRoutes.login, { email, password }))

/** The step after the password. */
export const passwordStep = async (page: Browser, { email, password }: { email: string; password: string }) =>
  requireAsked(await page.ok(authRoutes.login, { email, password }))

/** A server clock that goes on by a code's 30 seconds whenever a test needs another code. */
export class Clock {
  #ahead = 0
  now = (): Date => new Date(Date.now() + this.#ahead)
  /** The app's next code, which was not used yet. */
  nextCode(secret: string): string {
    this.#ahead += 30_000
    return presentCode(secret, this.now())
  }
}

export interface WithApp extends Person {
  secret: string
  recoveryCodes: string[]
}

/** Somebody with an authenticator app and ten recovery codes. */
export async function withApp(server: TestServer, clock: Clock, person: Person): Promise<WithApp> {
  const { secret } = await server.api(securityRoutes.beginApp, { body: {} }, person)
  const body = { code: clock.nextCode(secret) }
  const { recoveryCodes } = await server.api(securityRoutes.finishApp, { body }, person)
  return { ...person, secret, recoveryCodes: recoveryCodes ?? [] }
}

/** The mails to this address with this subject, oldest first. */
export const mailsTo = (server: TestServer, email: string, subject: string) =>
  server.db
    .selectFrom('mail')
    .select(['subject', 'body_text'])
    .where('recipient', '=', email)
    .where('subject', '=', subject)
    .orderBy('created_at')
    .execute()

/** The secret in the link of the newest mail with this subject; waits for the mail. */
export async function linkToken(server: TestServer, email: string, subject: string): Promise<string> {
  const mail = await eventually(async () => {
    const newest = (await mailsTo(server, email, subject)).at(-1)
    if (!newest) throw new Error(`no mail “${subject}” to ${email}`)
    return newest
  })
  const token = /#([\w-]{43})/.exec(mail.body_text ?? '')?.[1]
  if (!token) throw new Error(`the mail has no link: ${mail.body_text}`)
  return token
}

/** As if the links that were mailed to this address were too old. */
export const expireLinks = (server: TestServer, email: string) =>
  server.db
    .updateTable('mail_token')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .where('email', '=', email)
    .execute()

/** What the audit says was done to this account, oldest first. */
export async function auditOf(server: TestServer, accountId: string): Promise<string[]> {
  const rows = await server.db
    .selectFrom('audit_event')
    .select('action')
    .where('subject', '=', `account:${accountId}`)
    .orderBy('seq')
    .execute()
  return rows.map(({ action }) => action)
}

/** As if everything that this login proved was proved an hour ago. */
export const growStale = (server: TestServer, { loginId }: { loginId: string }) =>
  server.db
    .updateTable('login')
    .set({
      proved_at: sql`now() - interval '1 hour'`,
      second_factor_at: sql`second_factor_at - interval '1 hour'`,
    })
    .where('id', '=', loginId)
    .execute()

/** A server on a clock of its own, with what tests of second factors do there. */
export async function openSignIn() {
  const clock = new Clock()
  const server = await startServer({ now: clock.now })
  return {
    server,
    clock,
    browser: () => new Browser(server.url),
    code: (secret: string) => ({ way: 'code', code: clock.nextCode(secret) }) as const,
    protectedPerson: async () => withApp(server, clock, await server.person()),
    /** A person's present standing, for routes of the signed-in. */
    security: (token: string) => server.api(securityRoutes.security, {}, { token }),
  }
}
export type SignInDesk = Awaited<ReturnType<typeof openSignIn>>
