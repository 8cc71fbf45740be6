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
  '/profile': () => import('./users/Profile.svelte'),
  '/sessions': () => import('./sessions/Catalogue.svelte'),
  '/sessions/:id': () => import('./sessions/SessionPage.svelte'),
  '/sessions/:id/room': () => import('./rooms/RoomPage.svelte'),
  '/ready': () => import('./readiness/Ready.svelte'),
  '/bookings': () => import('./bookings/Bookings.svelte'),
  '/teach': () => import('./teach/Teach.svelte'),
  '/admin': () => import('./admin/Admin.svelte'),
  layout: Gate,
  // The router would take its own key `layout` for this path and fail.
  '/layout': () => import('./shell/NotFound.svelte'),
  '*': () => import('./shell/NotFound.svelte'),
})
