/** Invitations to guests: a link by mail, with which somebody signed in takes a seat that another bought. */
import { z } from 'zod'
import { id } from './base.ts'
import { booking, guestEmail, listedSession } from './bookings.ts'
import { route } from './route.ts'

const token = z.string().regex(/^[\w-]{43}$/)

export const invitation = z
  .strictObject({
    ...listedSession.shape,
    buyerName: z.string(),
    /** Where the link was mailed to. */
    email: z.string().nullable(),
  })
  .meta({ id: 'Invitation' })
export type Invitation = z.infer<typeof invitation>

export const invitationRoutes = {
  send: route({
    method: 'post',
    path: '/api/bookings/:id/invite',
    access: 'learner',
    limit: 'sessions',
    summary:
      'Send a guest’s invitation again, or to another address, until it was taken; the link before it ends',
    params: z.strictObject({ id }),
    body: z.strictObject({ email: guestEmail }),
    response: booking,
  }),
  read: route({
    method: 'post',
    path: '/api/invitations/read',
    access: 'anyone',
    limit: 'auth',
    summary: 'What an invitation is for',
    body: z.strictObject({ token }),
    response: invitation,
  }),
  take: route({
    method: 'post',
    path: '/api/invitations/take',
    access: 'learner',
    limit: 'sessions',
    summary: 'Take the seat of an invitation; again, by whoever took it: the seat they have',
    body: z.strictObject({ token }),
    response: booking,
  }),
}
