/** Bookings: a learner's seat in a session. */
import { z } from 'zod'
import { id, instant, nothing, paise } from './base.ts'
import { route } from './route.ts'

/**
 * held: a seat kept for an unpaid booking until `heldUntil` (10 minutes). confirmed: the seat is theirs.
 * expired: the hold ran out. cancelled: given back, or the session was cancelled.
 */
export const bookingStatus = z.enum(['held', 'confirmed', 'expired', 'cancelled'])

export const booking = z
  .strictObject({
    id,
    sessionId: id,
    status: bookingStatus,
    pricePaise: paise,
    heldUntil: instant.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Booking' })
export type Booking = z.infer<typeof booking>

/** A booking with what a list shows of its session. */
export const bookedSession = z
  .strictObject({
    booking,
    title: z.string(),
    mentorName: z.string(),
    startsAt: instant,
    durationMinutes: z.number().int(),
    sessionStatus: z.enum(['scheduled', 'live', 'ended', 'cancelled']),
    gaveFeedback: z.boolean(),
  })
  .meta({ id: 'BookedSession' })
export type BookedSession = z.infer<typeof bookedSession>

export const bookingRoutes = {
  book: route({
    method: 'post',
    path: '/api/sessions/:id/book',
    access: 'learner',
    limit: 'sessions',
    summary: 'Book a seat: a free one is confirmed at once, a paid one is held for 10 minutes',
    params: z.strictObject({ id }),
    body: nothing,
    response: booking,
    status: 201,
  }),
  mine: route({
    method: 'get',
    path: '/api/bookings',
    access: 'learner',
    limit: 'sessions',
    summary: 'My bookings, next first, past ones last',
    response: z.strictObject({ items: z.array(bookedSession) }),
  }),
  cancel: route({
    method: 'delete',
    path: '/api/bookings/:id',
    access: 'learner',
    limit: 'sessions',
    summary: 'Give back a free seat or a held one, before the session starts',
    params: z.strictObject({ id }),
    response: booking,
  }),
}
