/** The people of a load test and their sessions, made through the product's own HTTP. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import { largestWithoutStage, sessionRoutes } from '@peerlearn/contract/sessions'
import { userRoutes } from '@peerlearn/contract/users'
import { randomBytes } from 'node:crypto'
import { call } from './api.ts'

export interface Account {
  email: string
  password: string
  /** Where this person's requests come from, if the product believes it. */
  address?: string
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

  /** A new account with a login. */
  static async register(url: string, role: 'mentor' | 'learner', n: number, believed: boolean) {
    const account: Account = {
      email: `load-${randomBytes(6).toString('hex')}@loadtest.example`,
      password: randomBytes(12).toString('base64url'),
      // So many people come from as many addresses, not from ours.
      ...(believed && { address: `10.77.${(n >> 8) & 255}.${n & 255}` }),
    }
    const { email, password, address } = account
    const body = { email, password, name: `${role === 'mentor' ? 'Mentor' : 'Learner'} ${n}`, role }
    const signedIn = new SignedIn(url, account)
    signedIn.#take(await call(url, userRoutes.register, { body, ...(address && { address }) }))
    return signedIn
  }

  async token(): Promise<string> {
    const { email, password, address } = this.account
    if (Date.now() > this.#until) {
      const body = { email, password }
      this.#take(await call(this.url, userRoutes.login, { body, ...(address && { address }) }))
    }
    return this.#token
  }

  async ticket(): Promise<string> {
    return (await call(this.url, userRoutes.wsTicket, { body: {}, token: await this.token() })).ticket
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
