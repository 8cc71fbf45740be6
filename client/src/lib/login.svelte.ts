/** Who is signed in, in every tab of this browser alike. */
import { userRoutes } from '@peerlearn/contract/users'
import type { User } from '@peerlearn/contract/users'
import { access } from './access.ts'
import { ApiError, request } from './request.ts'
import type { CallInput } from './request.ts'

type Registration = CallInput<typeof userRoutes.register>['body']

const retryMs = 4000

/** Ending a login that has ended already is no failure. */
const unlessSignedOut = (error: unknown) => {
  if (!(error instanceof ApiError) || error.code !== 'signed-out') throw error
}

export class Login {
  #user = $state.raw<User | null>(null)
  #ready = $state(false)
  #unreachable = $state(false)
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

  /** Somebody is probably signed in, but the server does not answer; it is asked again by itself. */
  get unreachable(): boolean {
    return this.#unreachable
  }

  async register(body: Registration): Promise<User> {
    access.take(await request(userRoutes.register, { body }))
    return this.#entered()
  }

  async login(email: string, password: string): Promise<User> {
    access.take(await request(userRoutes.login, { body: { email, password } }))
    return this.#entered()
  }

  /** Ends the login here, on the server and in the other tabs. Throws when the server was not told: it still lives there. */
  async logout(): Promise<void> {
    await request(userRoutes.logout, { body: {} }).catch(unlessSignedOut)
    access.drop()
    this.#tabs.postMessage('out')
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
