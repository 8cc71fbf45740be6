/** Who is signed in, in every tab of this browser alike. */
import { authRoutes } from '@peerlearn/contract/auth'
import type { SignInAnswer, Suspension } from '@peerlearn/contract/auth'
import type { Asked, Proof } from '@peerlearn/contract/proofs'
import { userRoutes } from '@peerlearn/contract/users'
import type { User } from '@peerlearn/contract/users'
import { call } from './api.ts'
import { access } from './access.ts'
import { ApiError, request } from './request.ts'
import type { CallInput } from './request.ts'

type Registration = CallInput<typeof authRoutes.register>['body']

const retryMs = 4000

/** Ending a login that has ended already is no failure. */
const unlessSignedOut = (error: unknown) => {
  if (!(error instanceof ApiError) || error.code !== 'signed-out') throw error
}

class Login {
  #user = $state.raw<User | null>(null)
  #ready = $state(false)
  #unreachable = $state(false)
  #leaving = $state(false)
  #suspension = $state.raw<Suspension>()
  #tabs = new BroadcastChannel('peerlearn.login')
  #retry: ReturnType<typeof setTimeout> | undefined

  constructor() {
    access.onPerson = (user) => (this.#user = user)
    this.#tabs.onmessage = ({ data }) => {
      if (data === 'out') access.drop()
      else void this.#restore(true)
    }
    void this.#restore(access.likely)
  }

  get user(): User | null {
    return this.#user
  }

  /** Whether it is known by now if somebody is signed in. */
  get ready(): boolean {
    return this.#ready
  }

  /** Is signing out: nothing of theirs should be asked for any more. */
  get leaving(): boolean {
    return this.#leaving
  }

  /** Somebody suspended has proved who they are: kept by this page alone, until it is left. */
  get suspension(): Suspension | undefined {
    return this.#suspension
  }

  leaveSuspension(): void {
    this.#suspension = undefined
  }

  /** Somebody is probably signed in, but the server does not answer; it is asked again by itself. */
  get unreachable(): boolean {
    return this.#unreachable
  }

  async register(body: Registration): Promise<User> {
    access.take(await request(authRoutes.register, { body }))
    return this.#entered()
  }

  /** @returns the second factor that is asked first, or undefined for somebody who is signed in now */
  async login(email: string, password: string): Promise<Asked | undefined> {
    return this.take(await request(authRoutes.login, { body: { email, password } }))
  }

  /** The second factor that was asked. */
  async prove(step: string, proof: Proof): Promise<void> {
    this.take(await request(authRoutes.loginStep, { body: { step, proof } }))
  }

  /** Whatever way somebody came in: what the server answered. Somebody suspended is not signed in; see `suspension`. */
  take(answer: SignInAnswer): Asked | undefined {
    if ('asked' in answer) return answer.asked
    this.#suspension = 'suspended' in answer ? answer.suspended : undefined
    if ('suspended' in answer) return undefined
    access.take(answer)
    this.#entered()
    return undefined
  }

  /** Asks who one is now: after a change that the server made by itself. */
  async reload(): Promise<void> {
    if (access.likely) this.#user = await call(userRoutes.me, {})
  }

  /** Ends the login here, on the server and in the other tabs. Throws when the server was not told: it still lives there. */
  async logout(): Promise<void> {
    this.#leaving = true
    try {
      await request(authRoutes.logout, { body: {} }).catch(unlessSignedOut)
      access.drop()
      this.#tabs.postMessage('out')
    } finally {
      this.#leaving = false
    }
  }

  /** The person as the server knows them after a change of profile. */
  update(user: User): void {
    this.#user = user
  }

  #entered(): User {
    this.#ready = true
    this.#tabs.postMessage('in')
    return this.#user as User // taken a line before
  }

  async #restore(likely: boolean): Promise<void> {
    clearTimeout(this.#retry)
    try {
      if (likely) await access.refresh()
      this.#unreachable = false
      this.#ready = true
    } catch {
      // Out of reach is not signed out: keep the page waiting, and ask again.
      this.#unreachable = true
      this.#retry = setTimeout(() => void this.#restore(true), retryMs)
    }
  }
}

export const login = new Login()
