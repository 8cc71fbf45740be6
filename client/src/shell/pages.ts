/** What the shell knows of each page before its code is here: its title, who may see it, whether it fills the window alone. */
import type { ErrorCode } from '@peerlearn/contract/errors'
import { refusalOf, type PolicyName } from '@peerlearn/contract/policy'
import type { Viewer } from './viewer.ts'

export interface Page {
  /** Before " · PeerLearn"; a page that knows better sets its own in `<svelte:head>`. */
  title?: string
  access: PolicyName
  /** Without bars and footer. */
  bare?: boolean
  /** Without the side navigation: the landing page is a cover. */
  cover?: boolean
  /** Asks by itself for the address to be confirmed, where the shell would. */
  asksAddress?: boolean
}

export const pages: Record<string, Page> = {
  '/': { access: 'anyone', cover: true },
  '/register': { title: 'Create an account', access: 'anyone', cover: true },
  '/login': { title: 'Sign in', access: 'anyone', cover: true },
  '/login/back': { title: 'Signing in', access: 'anyone', cover: true },
  '/suspended': { title: 'Your account is suspended', access: 'anyone', cover: true },
  '/forgot-password': { title: 'Forgot your password?', access: 'anyone', cover: true },
  '/reset-password': { title: 'Set a new password', access: 'anyone', cover: true },
  '/verify': { title: 'Confirm your address', access: 'anyone', cover: true },
  '/security': { title: 'Sign-in and security', access: 'signed-in' },
  '/profile': { title: 'Profile', access: 'signed-in' },
  '/sessions': { title: 'Sessions', access: 'anyone' },
  '/sessions/:id': { title: 'Session', access: 'anyone' },
  '/sessions/:id/room': { title: 'Class', access: 'signed-in', bare: true },
  '/mentors/:id': { title: 'Mentor', access: 'anyone' },
  '/settings/notifications': { title: 'Notifications', access: 'signed-in' },
  '/unsubscribe': { title: 'Stop mails', access: 'anyone', cover: true },
  '/unsubscribe/:token': { title: 'Stop mails', access: 'anyone', cover: true },
  '/settings/privacy': { title: 'Your data', access: 'signed-in' },
  '/ready': { title: 'Check your connection', access: 'signed-in' },
  '/bookings': { title: 'My bookings', access: 'learner' },
  '/invitation': { title: 'A seat for you', access: 'anyone', cover: true, asksAddress: true },
  '/teach': { title: 'Teach', access: 'mentor' },
  '/teach/hours': { title: 'Teaching hours', access: 'mentor' },
  '/teach/offers': { title: 'Coupons and packs', access: 'mentor' },
  '/teach/earnings': { title: 'Earnings', access: 'mentor' },
  '/become-a-mentor': { title: 'Become a mentor', access: 'signed-in' },
  '/become-owner': { title: 'Become the owner', access: 'learner' },
  '/admin': { title: 'Overview', access: 'admin' },
  '/admin/people': { title: 'People', access: 'admin' },
  '/admin/applications': { title: 'Applications', access: 'admin' },
  '/admin/money': { title: 'Money', access: 'admin' },
  '/admin/jobs': { title: 'Background jobs', access: 'admin' },
  '/admin/audit': { title: 'Audit', access: 'admin' },
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

/**
 * Why this page is not for that person, by the server's own policy; `undefined` is somebody who is not signed in. A second
 * factor is asked for by the server when it is needed, not by the gate.
 */
export function refusalAt({ access }: Page, user: Viewer | undefined): ErrorCode | undefined {
  const now = new Date()
  return refusalOf(access, user && { ...user, secondFactorAt: now }, now)
}
