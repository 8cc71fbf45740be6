/** What the shell knows of each page before its code is here: its title, who may see it, whether it fills the window alone. */
import type { Role } from '@peerlearn/contract/base'

export interface Page {
  /** Before " · PeerLearn"; a page that knows better sets its own in `<svelte:head>`. */
  title?: string
  access: 'anyone' | 'signed-in' | readonly Role[]
  /** Without bars and footer. */
  bare?: boolean
  /** Without the side navigation: the landing page is a cover. */
  cover?: boolean
}

export const pages: Record<string, Page> = {
  '/': { access: 'anyone', cover: true },
  '/register': { title: 'Create an account', access: 'anyone', cover: true },
  '/login': { title: 'Sign in', access: 'anyone', cover: true },
  '/profile': { title: 'Profile', access: 'signed-in' },
  '/sessions': { title: 'Sessions', access: 'anyone' },
  '/sessions/:id': { title: 'Session', access: 'anyone' },
  '/sessions/:id/room': { title: 'Class', access: 'signed-in', bare: true },
  '/ready': { title: 'Check your connection', access: 'signed-in' },
  '/bookings': { title: 'My bookings', access: ['learner'] },
  '/teach': { title: 'Teach', access: ['mentor'] },
  '/admin': { title: 'Overview', access: ['admin'] },
}

const unknown: Page = { title: 'Page not found', access: 'anyone' }

const parts = (path: string) => path.split('/').filter(Boolean)

/** The page at a path, as the router will find it. */
export function pageAt(pathname: string): Page {
  const wanted = parts(pathname)
  const found = Object.keys(pages).find((pattern) => {
    const given = parts(pattern)
    return (
      given.length === wanted.length &&
      given.every((part, at) => part.startsWith(':') || part === wanted[at]?.toLowerCase())
    )
  })
  return found === undefined ? unknown : (pages[found] ?? unknown)
}

export const titleOf = ({ title }: Page): string => (title ? `${title} · PeerLearn` : 'PeerLearn')

/** Whether this page is for that person; `undefined` is somebody who is not signed in. */
export function mayEnter({ access }: Page, role: Role | undefined): boolean {
  if (access === 'anyone') return true
  if (role === undefined) return false
  return access === 'signed-in' || access.includes(role)
}
