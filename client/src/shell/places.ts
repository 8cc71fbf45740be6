/** Where the navigation leads, by who is there. Three or four, so a thumb reaches all. */
import type { Role } from '@peerlearn/contract/base'
import BookOpen from '@lucide/svelte/icons/book-open'
import CalendarCheck from '@lucide/svelte/icons/calendar-check'
import Gauge from '@lucide/svelte/icons/gauge'
import LogIn from '@lucide/svelte/icons/log-in'
import Presentation from '@lucide/svelte/icons/presentation'
import User from '@lucide/svelte/icons/user'
import type { IconComponent } from '../ui/icon.ts'

export interface Place {
  href: string
  label: string
  icon: IconComponent
}

const sessions = { href: '/sessions', label: 'Sessions', icon: BookOpen }
const profile = { href: '/profile', label: 'Profile', icon: User }

const byRole: Record<Role, readonly Place[]> = {
  learner: [sessions, { href: '/bookings', label: 'My bookings', icon: CalendarCheck }, profile],
  mentor: [{ href: '/teach', label: 'Teach', icon: Presentation }, sessions, profile],
  admin: [{ href: '/admin', label: 'Overview', icon: Gauge }, sessions, profile],
}

const visitor: readonly Place[] = [
  sessions,
  { href: '/register?role=mentor', label: 'Teach', icon: Presentation },
  { href: '/login', label: 'Sign in', icon: LogIn },
]

export const placesOf = (role: Role | undefined): readonly Place[] => (role ? byRole[role] : visitor)

/** A session belongs to the catalogue, and so on: the place is current for what lies below it too. */
export const isCurrent = ({ href }: Place, pathname: string): boolean => {
  const [path = ''] = href.split('?')
  return path === href && (pathname === path || pathname.startsWith(`${path}/`))
}
