/**
 * Every page of the product. Each is loaded when it is first shown, so the room and the admin's figures cost the
 * catalogue nothing. The router finds out that an import is lazy by its text: keep each a plain `() => import(…)`.
 * Titles and who may enter stand in shell/pages.ts.
 */
import { createRouter } from 'sv-router'
import Gate from './shell/Gate.svelte'

// eslint-disable-next-line @typescript-eslint/unbound-method -- plain functions, only declared as methods
export const { p, navigate, isActive, preload, route } = createRouter({
  '/': () => import('./landing/Landing.svelte'),
  '/register': () => import('./users/Register.svelte'),
  '/login': () => import('./users/Login.svelte'),
  '/login/back': () => import('./users/LoginBack.svelte'),
  '/suspended': () => import('./users/Suspended.svelte'),
  '/forgot-password': () => import('./users/ForgotPassword.svelte'),
  '/reset-password': () => import('./users/ResetPassword.svelte'),
  '/verify': () => import('./users/Verify.svelte'),
  '/security': () => import('./security/Security.svelte'),
  '/profile': () => import('./users/Profile.svelte'),
  '/sessions': () => import('./sessions/Catalogue.svelte'),
  '/sessions/:id': () => import('./sessions/SessionPage.svelte'),
  '/sessions/:id/room': () => import('./rooms/RoomPage.svelte'),
  '/mentors/:id': () => import('./mentors/MentorPage.svelte'),
  '/settings/notifications': () => import('./notifications/Settings.svelte'),
  '/unsubscribe': () => import('./notifications/Unsubscribe.svelte'),
  '/unsubscribe/:token': () => import('./notifications/Unsubscribe.svelte'),
  '/settings/privacy': () => import('./users/Privacy.svelte'),
  '/ready': () => import('./readiness/Ready.svelte'),
  '/bookings': () => import('./bookings/Bookings.svelte'),
  '/invitation': () => import('./bookings/InvitationPage.svelte'),
  '/teach': () => import('./teach/Teach.svelte'),
  '/teach/hours': () => import('./teach/Hours.svelte'),
  '/teach/offers': () => import('./teach/Offers.svelte'),
  '/teach/earnings': () => import('./teach/Earnings.svelte'),
  '/become-a-mentor': () => import('./people/BecomeMentor.svelte'),
  '/become-owner': () => import('./people/BecomeOwner.svelte'),
  '/admin': () => import('./admin/Admin.svelte'),
  '/admin/people': () => import('./people/People.svelte'),
  '/admin/applications': () => import('./people/Applications.svelte'),
  '/admin/money': () => import('./admin/Money.svelte'),
  '/admin/jobs': () => import('./jobs/Jobs.svelte'),
  '/admin/audit': () => import('./admin/Audit.svelte'),
  layout: Gate,
  // The router would take its own key `layout` for this path and fail.
  '/layout': () => import('./shell/NotFound.svelte'),
  '*': () => import('./shell/NotFound.svelte'),
})
