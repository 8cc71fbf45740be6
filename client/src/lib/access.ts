/**
 * The access token of this tab: in memory only, made anew from the HttpOnly refresh cookie. localStorage holds nothing
 * but the fact that somebody signed in here, so that a stranger's first visit asks for no token.
 */
import { authRoutes } from '@peerlearn/contract/auth'
import type { Login } from '@peerlearn/contract/auth'
import type { User } from '@peerlearn/contract/users'
import { ApiError, request } from './request.ts'

const flag = 'peerlearn.signed-in'
/** A token is not used in its last seconds: it could run out on the way. */
const marginMs = 30_000

class Access {
  /** Told whenever the person behind this tab is known anew, or null when the login has ended. */
  onPerson: (user: User | null) => void = () => undefined
  #token: string | undefined
  #goodUntil = 0
  #refreshing: Promise<string | undefined> | undefined

  /** Whether a login probably lives in the cookie. */
  get likely(): boolean {
    return localStorage.getItem(flag) !== null
  }

  take({ user, accessToken, expiresIn }: Login): string {
    this.#token = accessToken
    this.#goodUntil = Date.now() + expiresIn * 1000 - marginMs
    localStorage.setItem(flag, '1')
    this.onPerson(user)
    return accessToken
  }

  drop(): void {
    this.#token = undefined
    this.#goodUntil = 0
    localStorage.removeItem(flag)
    this.onPerson(null)
  }

  /** A token that is good now, or undefined for somebody who is not signed in. Throws when the server is out of reach. */
  async token(): Promise<string | undefined> {
    if (this.#token && Date.now() < this.#goodUntil) return this.#token
    return this.likely ? this.refresh() : undefined
  }

  /** One refresh at a time, in this tab and beside the others: the cookie's token works once. */
  refresh(): Promise<string | undefined> {
    this.#refreshing ??= this.#alone(() => this.#renew()).finally(() => (this.#refreshing = undefined))
    return this.#refreshing
  }

  #alone<T>(renew: () => Promise<T>): Promise<T> {
    // Missing on plain http beyond localhost; the server forgives a doubled refresh for some seconds.
    const locks = navigator.locks as LockManager | undefined
    return locks ? locks.request('peerlearn.refresh', renew) : renew()
  }

  async #renew(): Promise<string | undefined> {
    try {
      return this.take(await request(authRoutes.refresh, { body: {} }))
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'signed-out') throw error
      this.drop()
      return undefined
    }
  }
}

export const access = new Access()
