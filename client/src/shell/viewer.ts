/** What the shell is told about the person in front of it, and what it hands to the gate before each page. */
import type { Role } from '@peerlearn/contract/base'
import { createContext } from 'svelte'
import type { Page } from './pages.ts'

export interface Viewer {
  name: string
  /** Address of their picture. */
  image: string | null
  roles: readonly Role[]
  /** The email is proved to be theirs. */
  verified: boolean
}

/** Getters, so that what reads them is drawn again. */
export interface Entrance {
  readonly page: Page
  readonly user: Viewer | undefined
  /** Whether it is known by now if somebody is signed in. */
  readonly ready: boolean
  /** The server does not answer; it is asked again by itself. */
  readonly unreachable: boolean
  /** To the sign-in page, and back here afterwards. */
  toLogin: () => void
  /** Ends this login; the gate then asks for another one and comes back here. */
  changeAccount: () => Promise<void>
}

export const [getEntrance, setEntrance] = createContext<Entrance>()
