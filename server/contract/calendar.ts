/** A person's calendar as other programs subscribe to it: an address that nobody can guess. */
import { z } from 'zod'
import { instant, nothing } from './base.ts'
import { file, route } from './route.ts'

const feed = z.strictObject({ madeAt: instant.nullable() })

export const calendarRoutes = {
  state: route({
    method: 'get',
    path: '/api/calendar',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Since when my calendar has an address; the address itself is told once, when it is made',
    response: feed,
  }),
  make: route({
    method: 'post',
    path: '/api/calendar',
    access: 'learner',
    limit: 'sessions',
    summary: 'Make a secret address for my calendar; an earlier one ends',
    body: nothing,
    response: z.strictObject({ url: z.string() }),
    status: 201,
  }),
  end: route({
    method: 'delete',
    path: '/api/calendar',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'End the address of my calendar; repeating it is harmless',
    response: feed,
  }),
  feed: route({
    method: 'get',
    path: '/api/calendar/:token.ics',
    access: 'anyone',
    limit: 'sessions',
    summary: 'The sessions that the address’s person attends and teaches (RFC 5545)',
    params: z.strictObject({ token: z.string().regex(/^[\w-]{43}$/) }),
    produces: 'text/calendar',
    response: file,
  }),
}
