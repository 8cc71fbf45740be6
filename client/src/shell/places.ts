/** Where the navigation leads, by who is there. Few, so a thumb reaches all. */
import type { Role } from '@peerlearn/contract/base'
import { policy } from '@peerlearn/contract/policy'
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

const bookings = { href: '/bookings', label: 'My bookings', icon: CalendarCheck }
const teach = { href: '/teach', label: 'Teach', icon: Presentation }
const admin = { href: '/admin', label: 'Admin', icon: Gauge }

const isAdmin = (roles: readonly Role[]) => policy.admin.roles.some((role) => roles.includes(role))

const visitor: readonly Place[] = [
  sessions,
  { href: '/register?role=mentor', label: 'Teach', icon: Presentation },
  { href: '/login', label: 'Sign in', icon: LogIn },
]

export function placesOf(roles: readonly Role[] | undefined): readonly Place[] {
  if (!roles) return visitor
  return [
    ...(isAdmin(roles) ? [admin] : []),
    ...(roles.includes('mentor') ? [teach] : []),
    sessions,
    bookings,
    profile,
  ]
}

/** A session belongs to the catalogue, and so on: the place is current for what lies below it too. */
export const isCurrent = ({ href }: Place, pathname: string): boolean => {
  const [path = ''] = href.split('?')
  return path === href && (pathname === path || pathname.startsWith(`${path}/`))
}
