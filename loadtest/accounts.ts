/** The people of a load test and their sessions, made through the product's own HTTP. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { largestWithoutStage, sessionRoutes } from '@peerlearn/contract/sessions'
import { authRoutes } from '@peerlearn/contract/auth'
import { peopleRoutes } from '@peerlearn/contract/people'
import { randomBytes } from 'node:crypto'
import { nextCode } from '../client/e2e/one-time-code.ts'
import { call } from './api.ts'
import { proveAddress } from './trial-desk.ts'

export interface Account {
  email: string
  password: string
  /** The key of their authenticator app, where a code is asked for. */
  totp?: string
  /** Where this person's requests come from, if the product believes it. */
  address?: string
}

/** Where new accounts are made. */
export interface Place {
  url: string
  /** Does the product believe X-Forwarded-For? */
  believed: boolean
  /** Who approves mentors. */
  admin?: Account | undefined
}

/** Somebody signed in; a token that is too old is renewed by signing in again. */
export class SignedIn {
  readonly url: string
  readonly account: Account
  #token = ''
  #until = 0

  constructor(url: string, account: Account) {
    this.url = url
    this.account = account
  }

  /** A new account with a login, its email proved; a mentor's application is approved. */
  static async register({ url, believed, admin }: Place, role: 'mentor' | 'learner', n: number) {
    const account: Account = {
      email: `load-${randomBytes(6).toString('hex')}@loadtest.example`,
      password: randomBytes(12).toString('base64url'),
      // So many people come from as many addresses, not from ours.
      ...(believed && { address: `10.77.${(n >> 8) & 255}.${n & 255}` }),
    }
    const { email, password, address } = account
    const name = `${role === 'mentor' ? 'Mentor' : 'Learner'} ${n}`
    const body = { email, password, name, ...(role === 'mentor' && { application: wantsToTeach }) }
    const signedIn = new SignedIn(url, account)
    signedIn.#take(await call(url, authRoutes.register, { body, ...(address && { address }) }))
    await proveAddress(url, account)
    if (role === 'mentor') await signedIn.#becomeMentor(admin)
    return signedIn
  }

  async token(): Promise<string> {
    const { email, password, address } = this.account
    if (Date.now() > this.#until) {
      const body = { email, password }
      const answer = await call(this.url, authRoutes.login, { body, ...(address && { address }) })
      const entry = 'asked' in answer ? await this.#prove(answer.asked.step) : answer
      if ('suspended' in entry) throw new Error(`${email} is suspended: ${entry.suspended.reason}`)
      this.#take(entry)
    }
    return this.#token
  }

  async #prove(step: string) {
    const { totp = '', address } = this.account
    const body = { step, proof: { way: 'code' as const, code: await nextCode(totp) } }
    return call(this.url, authRoutes.loginStep, { body, ...(address && { address }) })
  }

  /** The application that came with the registration is approved. */
  async #becomeMentor(admin: Account | undefined): Promise<void> {
    if (!admin)
      throw new Error(
        'A new mentor needs an admin who approves them: --admin EMAIL, with LOADTEST_ADMIN_PASSWORD and LOADTEST_ADMIN_TOTP.',
      )
    const { items } = await call(this.url, peopleRoutes.myApplications, { token: await this.token() })
    const params = { id: items[0]?.id ?? '' }
    const token = await adminOf(this.url, admin).token()
    await call(this.url, peopleRoutes.decide, { params, body: { decision: 'approved' }, token })
  }

  async ticket(): Promise<string> {
    return (await call(this.url, authRoutes.wsTicket, { body: {}, token: await this.token() })).ticket
  }

  /** A free session that starts now. @returns its id */
  async publish(title: string, people: number, minutes = 240): Promise<string> {
    const session = await call(this.url, sessionRoutes.create, {
      token: await this.token(),
      body: {
        title,
        description: 'A class of light participants that measure what it costs.',
        startsAt: new Date().toISOString(),
        durationMinutes: minutes,
        capacity: people,
        staged: people > largestWithoutStage,
        pricePaise: 0,
        skills: [],
      },
    })
    return session.id
  }

  async book(sessionId: string): Promise<void> {
    const params = { id: sessionId }
    await call(this.url, bookingRoutes.book, { params, body: {}, token: await this.token() })
  }

  #take({ accessToken, expiresIn }: { accessToken: string; expiresIn: number }): void {
    this.#token = accessToken
    this.#until = Date.now() + (expiresIn - 60) * 1000
  }
}

const admins = new Map<string, SignedIn>()
/** One login of an admin for all that is asked of them: a code counts once. */
export function adminOf(url: string, account: Account): SignedIn {
  const known = admins.get(url) ?? new SignedIn(url, account)
  admins.set(url, known)
  return known
}

const wantsToTeach = 'I hold the classes of this load test.'

/** Runs so many of these at once, in order of the list. */
export async function inTurns<T, R>(
  list: readonly T[],
  width: number,
  run: (one: T, n: number) => Promise<R>,
) {
  const results: R[] = []
  let next = 0
  const work = async () => {
    while (next < list.length) {
      const n = next++
      results[n] = await run(list[n]!, n)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, work))
  return results
}
