/** Sessions: scheduled group classes, their catalogue, their start and end, feedback on them. */
import { z } from 'zod'
import { id, instant, nothing, page, paise, skills, text } from './base.ts'
import { booking } from './bookings.ts'
import { refundPolicy } from './refund-policy.ts'
import { route } from './route.ts'
import { mentor } from './users.ts'
import { waiting } from './waitlist.ts'

export const sessionStatus = z.enum(['scheduled', 'live', 'ended', 'cancelled'])
export type SessionStatus = z.infer<typeof sessionStatus>

export const session = z
  .strictObject({
    id,
    title: z.string(),
    description: z.string(),
    mentor,
    startsAt: instant,
    durationMinutes: z.number().int(),
    capacity: z.number().int(),
    /** In its room only the mentor and up to 12 people brought on stage send; the others look, listen and raise hands. */
    staged: z.boolean(),
    seatsLeft: z.number().int(),
    pricePaise: paise,
    /** Booking closes so many minutes before the start; 0: as long as the class runs. */
    bookingClosesMinutes: z.number().int(),
    /** With fewer learners when booking closes it is cancelled; 0: it takes place with any. */
    minLearners: z.number().int(),
    refund: refundPolicy,
    skills: z.array(z.string()),
    status: sessionStatus,
    startedAt: instant.nullable(),
    endedAt: instant.nullable(),
  })
  .meta({ id: 'Session' })
export type Session = z.infer<typeof session>

/**
 * From so many hours before its time a class may be started. Pages keep to it for every class; the server for those that
 * people have paid for.
 */
export const startHours = 2

/** When its mentor may start it, in milliseconds. */
export const startableFrom = (startsAt: string): number => Date.parse(startsAt) - startHours * 3_600_000

/** Seats of a session in which everybody may send; more need a stage. */
export const largestWithoutStage = 50

export const sessionInput = z.strictObject({
  title: text(3, 120),
  description: text(1, 4000),
  startsAt: instant,
  durationMinutes: z.number().int().min(5).max(480),
  capacity: z.number().int().min(1).max(300),
  /** Required above `largestWithoutStage` seats; it can't be changed once the room was opened. */
  staged: z.boolean().default(false),
  pricePaise: paise,
  bookingClosesMinutes: z.number().int().min(0).max(20_160).default(0),
  minLearners: z.number().int().min(0).max(300).default(0),
  refund: refundPolicy.default({ fullHours: 24, halfHours: 2 }),
  skills,
})

export const feedback = z
  .strictObject({
    id,
    name: z.string(),
    rating: z.number().int(),
    comment: z.string(),
    createdAt: instant,
  })
  .meta({ id: 'Feedback' })

/** One session as its reader sees it: with their own booking and whether they gave feedback. */
export const sessionDetail = z
  .strictObject({
    session,
    /** The series that it is part of. */
    seriesId: id.nullable(),
    booking: booking.nullable(),
    /** Seats of guests that I bought, with who took them. */
    guests: z.array(z.strictObject({ booking, name: z.string().nullable() })),
    /** My place in the queue for a seat. */
    waiting: waiting.nullable(),
    /** How many wait for a seat. */
    waitingCount: z.number().int(),
    mine: z.boolean(),
    /** The class is on, and its mentor removed me from it. */
    removed: z.boolean(),
    gaveFeedback: z.boolean(),
    feedback: z.array(feedback),
  })
  .meta({ id: 'SessionDetail' })
export type SessionDetail = z.infer<typeof sessionDetail>

/** What a mentor sees of an own session: who booked. */
export const taughtSession = z
  .strictObject({
    session,
    /** The series that it is part of. */
    seriesId: id.nullable(),
    bookings: z.array(
      z.strictObject({
        id,
        /** null: a guest’s seat that nobody took yet. */
        learnerId: id.nullable(),
        name: z.string(),
        status: z.enum(['held', 'confirmed']),
        bookedAt: instant,
        online: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'TaughtSession' })

const one = z.strictObject({ id })
/** The time lies outside my own teaching hours, and I mean it. */
const meant = { outsideHours: z.boolean().optional() }

export const sessionRoutes = {
  list: route({
    method: 'get',
    path: '/api/sessions',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Sessions that can still be joined, soonest first',
    query: z.strictObject({
      q: text(0, 80).optional().meta({ description: 'Words in title, description or mentor name' }),
      skill: skills.element.optional().meta({ description: 'One skill, in any case' }),
      from: instant.optional(),
      to: instant.optional(),
      maxPricePaise: z.coerce.number().int().min(0).optional().meta({ description: '0 for free ones' }),
      seatsLeft: z.coerce
        .number()
        .int()
        .min(1)
        .max(300)
        .optional()
        .meta({ description: 'At least this many' }),
      mentorId: id.optional(),
      cursor: z.string().max(200).optional(),
      limit: z.coerce.number().int().min(1).max(50).default(20),
    }),
    response: page(session),
  }),
  create: route({
    method: 'post',
    path: '/api/sessions',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Publish a session',
    body: sessionInput.extend(meant),
    response: session,
    status: 201,
  }),
  mentorData: route({
    method: 'get',
    path: '/api/sessions/mentor-data',
    access: 'mentor',
    limit: 'sessions',
    summary: 'My sessions as their mentor, with who booked',
    response: z.strictObject({ items: z.array(taughtSession) }),
  }),
  get: route({
    method: 'get',
    path: '/api/sessions/:id',
    access: 'anyone',
    limit: 'sessions',
    summary: 'One session, with my booking when signed in',
    params: one,
    response: sessionDetail,
  }),
  change: route({
    method: 'put',
    path: '/api/sessions/:id',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Change an own session that has not started',
    params: one,
    // A default would change what was not named.
    body: sessionInput.partial().extend({
      staged: z.boolean().optional(),
      bookingClosesMinutes: sessionInput.shape.bookingClosesMinutes.unwrap().optional(),
      minLearners: sessionInput.shape.minLearners.unwrap().optional(),
      refund: refundPolicy.optional(),
      ...meant,
    }),
    response: session,
  }),
  cancel: route({
    method: 'delete',
    path: '/api/sessions/:id',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Cancel an own session that has not started; its learners are told',
    params: one,
    response: session,
  }),
  start: route({
    method: 'post',
    path: '/api/sessions/:id/start',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Open the room of an own session; repeating it is harmless',
    params: one,
    body: nothing,
    response: session,
  }),
  end: route({
    method: 'post',
    path: '/api/sessions/:id/end',
    access: 'mentor',
    limit: 'sessions',
    summary: 'End an own session for all; repeating it is harmless',
    params: one,
    body: nothing,
    response: session,
  }),
  feedback: route({
    method: 'post',
    path: '/api/sessions/:id/feedback',
    access: 'learner',
    limit: 'sessions',
    summary: 'Feedback on a session that I had a seat in, once it has ended',
    params: one,
    body: z.strictObject({ rating: z.number().int().min(1).max(5), comment: text(0, 2000).default('') }),
    response: feedback,
    status: 201,
  }),
}
