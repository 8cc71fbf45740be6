/** Waiting for a seat of a full session: one queue, in order of asking. A seat that becomes free is offered to the first. */
import { z } from 'zod'
import { id, instant, nothing } from './base.ts'
import { booking, listedSession, payment } from './bookings.ts'
import { route } from './route.ts'

/** Minutes for which an offered seat is held. */
export const offerMinutes = 30

export const waiting = z
  .strictObject({
    status: z.enum(['waiting', 'offered']),
    /** 1 is the next. */
    place: z.number().int().min(1),
    offeredUntil: instant.nullable(),
  })
  .meta({ id: 'Waiting' })
export type Waiting = z.infer<typeof waiting>

/** A place in the queue, with what a list shows of its session. */
export const waitedSession = z
  .strictObject({ ...listedSession.shape, place: waiting.shape.place })
  .meta({ id: 'WaitedSession' })
export type WaitedSession = z.infer<typeof waitedSession>

const one = z.strictObject({ id })

export const waitlistRoutes = {
  join: route({
    method: 'post',
    path: '/api/sessions/:id/waitlist',
    access: 'learner',
    limit: 'sessions',
    summary: 'Wait for a seat of a full session; repeating it keeps the place',
    params: one,
    body: nothing,
    response: waiting,
    status: 201,
  }),
  mine: route({
    method: 'get',
    path: '/api/waitlist',
    access: 'learner',
    limit: 'sessions',
    summary: 'Where I wait for a seat, and how many are before me; a seat that is offered to me is a booking',
    response: z.strictObject({ items: z.array(waitedSession) }),
  }),
  leave: route({
    method: 'delete',
    path: '/api/sessions/:id/waitlist',
    access: 'learner',
    limit: 'sessions',
    summary: 'Wait no longer; a seat that was offered goes to the next',
    params: one,
    response: nothing,
  }),
  accept: route({
    method: 'post',
    path: '/api/sessions/:id/waitlist/accept',
    access: 'learner',
    limit: 'sessions',
    idempotent: true,
    summary:
      'Take the offered seat: confirmed at once when nothing is to be paid, else to be paid within the offer',
    params: one,
    body: z.strictObject(payment),
    response: booking,
  }),
}
