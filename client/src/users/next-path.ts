/** Where a sign-in leads back to: only ever a path of this product. */
import type { Role } from '@peerlearn/contract/base'

/** The path in `?next=`, or undefined when it is missing or leads elsewhere. */
export function nextPath(search: string, origin = location.origin): string | undefined {
  const next = new URLSearchParams(search).get('next')
  if (!next?.startsWith('/')) return undefined
  // The browser's own reading decides: //host and /\host look like paths and are not.
  const url = URL.parse(next, origin)
  if (url?.origin !== origin || url.pathname === '/login' || url.pathname === '/register') return undefined
  return url.pathname + url.search + url.hash
}

/** Where somebody with these roles begins. */
export function homeOf(roles: readonly Role[]): string {
  if (roles.includes('admin') || roles.includes('owner')) return '/admin'
  return roles.includes('mentor') ? '/teach' : '/sessions'
}

/** The sign-in page, coming back to this place afterwards. */
export const signInPath = (back: string): string => `/login?next=${encodeURIComponent(back)}`
