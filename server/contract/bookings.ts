/** Bookings: a learner's seat in a session. */
import { z } from 'zod'
import { id, instant, paise, sumPaise } from './base.ts'
import { cancelTerms } from './cancel-terms.ts'
import { refundPolicy } from './refund-policy.ts'
import { route } from './route.ts'

/**
 * held: a seat kept for an unpaid booking until `heldUntil` (10 minutes). confirmed: the seat is theirs.
 * expired: the hold ran out. cancelled: given back, or the session was cancelled.
 */
export const bookingStatus = z.enum(['held', 'confirmed', 'expired', 'cancelled'])

/** Why a seat is no longer one. */
export const endedBecause = z.enum([
  'unpaid',
  'cancelled',
  'moved',
  'session-cancelled',
  'too-few',
  'suspended',
  'offer-over',
  'removed',
])

export const booking = z
  .strictObject({
    id,
    sessionId: id,
    status: bookingStatus,
    /** Of one seat, before any discount. */
    pricePaise: paise,
    /** This seat's part of what was paid, once it was; of a pack, what its credit is worth. */
    paidPaise: paise,
    /** What a paid seat is part of: it is paid with it. */
    purchaseId: id.nullable(),
    /** Taken with a credit of this pack. */
    packId: id.nullable(),
    /** A guest's seat: where the invitation goes. */
    guestEmail: z.string().nullable(),
    /** Has somebody the seat? A guest's has nobody until its invitation is taken. */
    seated: z.boolean(),
    heldUntil: instant.nullable(),
    endedBecause: endedBecause.nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Booking' })
export type Booking = z.infer<typeof booking>

/** What it costs, and with which coupon. */
const price = {
  listPaise: sumPaise,
  discountPaise: sumPaise,
  amountPaise: sumPaise,
  couponCode: z.string().nullable(),
}

/** What was chosen at once: seats of one session, or a pack. `open`: to be paid until `heldUntil`. */
export const purchase = z
  .strictObject({
    id,
    sessionId: id.nullable(),
    /** Of the session, or of the pack. */
    title: z.string(),
    mentorName: z.string(),
    quantity: z.number().int(),
    ...price,
    status: z.enum(['open', 'paid', 'expired', 'cancelled']),
    heldUntil: instant.nullable(),
    /** How money of a seat comes back; a pack has none. */
    refund: refundPolicy.nullable(),
  })
  .meta({ id: 'Purchase' })
export type Purchase = z.infer<typeof purchase>

/** What it would cost, before anything is taken. */
export const quote = z.strictObject(price).meta({ id: 'Quote' })
export type Quote = z.infer<typeof quote>

/** What a list shows of a session: what, with whom and when. */
const shown = {
  title: z.string(),
  mentorName: z.string(),
  startsAt: instant,
  durationMinutes: z.number().int(),
}
export const listedSession = z.strictObject({ sessionId: id, ...shown })
export type ListedSession = z.infer<typeof listedSession>

/** A booking with what a list shows of its session. */
export const bookedSession = z
  .strictObject({
    booking,
    ...shown,
    mentorId: id,
    sessionStatus: z.enum(['scheduled', 'live', 'ended', 'cancelled']),
    /** The class is on, and its mentor removed me from it. */
    removed: z.boolean(),
    gaveFeedback: z.boolean(),
    /** How long I was there, once the class is over and counted. */
    attendedSeconds: z.number().int().nullable(),
    /** Is the seat mine, rather than a guest's whom I invited? */
    own: z.boolean(),
    /** Did I buy it, so that its money comes back to me? */
    bought: z.boolean(),
    /** Who took a guest's seat. */
    guestName: z.string().nullable(),
    /** While it is held by who looks, and what it costs is settled: what all seats of its purchase cost together. */
    due: z.strictObject({ amountPaise: sumPaise, seats: z.number().int() }).nullable(),
  })
  .meta({ id: 'BookedSession' })
export type BookedSession = z.infer<typeof bookedSession>

/** A session that a seat may be moved to, and what comes back then. */
export const moveTarget = z
  .strictObject({
    sessionId: id,
    title: z.string(),
    startsAt: instant,
    durationMinutes: z.number().int(),
    seatsLeft: z.number().int(),
    refundPaise: paise,
  })
  .meta({ id: 'MoveTarget' })
export type MoveTarget = z.infer<typeof moveTarget>

/** Seats in one purchase. */
export const mostSeats = 10

export const guestEmail = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('Type an email address like name@example.com.'))
export const couponCode = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9-]{3,32}$/, 'A code has 3 to 32 letters, digits and hyphens.')

/** How a seat is paid: with money (less a coupon), or with credits of a pack. */
export const payment = { coupon: couponCode.optional(), packId: id.optional() }

const one = z.strictObject({ id })

export const bookingRoutes = {
  book: route({
    method: 'post',
    path: '/api/sessions/:id/book',
    access: 'learner',
    limit: 'sessions',
    idempotent: true,
    summary:
      'Book seats, for me and for guests by mail address: confirmed at once when nothing is to be paid, else held for 10 minutes. Answers the first of them',
    params: one,
    body: z
      .strictObject({
        self: z.boolean().default(true),
        guests: z.array(guestEmail).max(mostSeats).default([]),
        ...payment,
      })
      .refine(({ self, guests }) => guests.length + Number(self) >= 1, 'Choose one seat at least.')
      .refine(({ self, guests }) => guests.length + Number(self) <= mostSeats, 'Ten seats at most.')
      .refine(({ guests }) => new Set(guests).size === guests.length, 'Each guest once.'),
    response: booking,
    status: 201,
  }),
  quote: route({
    method: 'get',
    path: '/api/sessions/:id/quote',
    access: 'learner',
    limit: 'sessions',
    summary: 'What so many seats cost with this coupon; nothing is taken',
    params: one,
    query: z.strictObject({
      seats: z.coerce.number().int().min(1).max(mostSeats).default(1),
      coupon: couponCode.optional(),
    }),
    response: quote,
  }),
  purchase: route({
    method: 'get',
    path: '/api/purchases/:id',
    access: 'learner',
    limit: 'sessions',
    summary: 'My purchase: what it is, what is to be paid and until when',
    params: one,
    response: purchase,
  }),
  mine: route({
    method: 'get',
    path: '/api/bookings',
    access: 'learner',
    limit: 'sessions',
    summary: 'My seats and those of my guests, next first, past ones last',
    response: z.strictObject({ items: z.array(bookedSession) }),
  }),
  cancelTerms: route({
    method: 'get',
    path: '/api/bookings/:id/cancel-terms',
    access: 'learner',
    limit: 'sessions',
    summary: 'What comes back when I give this seat back now',
    params: one,
    response: cancelTerms,
  }),
  cancel: route({
    method: 'delete',
    path: '/api/bookings/:id',
    access: 'learner',
    limit: 'sessions',
    summary: 'Give back one seat before the session starts; money comes back by its policy',
    params: one,
    response: booking,
  }),
  moveTargets: route({
    method: 'get',
    path: '/api/bookings/:id/move',
    access: 'learner',
    limit: 'sessions',
    summary: 'Sessions that this seat can be moved to',
    params: one,
    response: z.strictObject({ items: z.array(moveTarget) }),
  }),
  move: route({
    method: 'post',
    path: '/api/bookings/:id/move',
    access: 'learner',
    limit: 'sessions',
    idempotent: true,
    summary:
      'Move a seat to another session of the same mentor that costs no more; the difference comes back',
    params: one,
    body: z.strictObject({ sessionId: id }),
    response: booking,
    status: 201,
  }),
}
