/** What a person reads before they give a seat back: which seats go, which stay, what money comes back to whom. */
import { z } from 'zod'
import { id, paise } from './base.ts'
import { refundPolicy } from './refund-policy.ts'

/** Somebody's seat, as its buyer or its holder is told of it. */
export const namedSeat = z
  .strictObject({
    bookingId: id,
    /** Is it the reader's own? */
    own: z.boolean(),
    /** Who has it; null: a guest's that nobody took yet. */
    name: z.string().nullable(),
    /** Where the invitation went. */
    guestEmail: z.string().nullable(),
  })
  .meta({ id: 'NamedSeat' })
export type NamedSeat = z.infer<typeof namedSeat>

/** What giving a seat back comes to, if it is done now. */
export const cancelTerms = z
  .strictObject({
    /** Is it not paid yet? */
    held: z.boolean(),
    /** The seats that go: a held one goes with all that are to be paid with it. */
    goes: z.array(namedSeat),
    /** The reader's other seats in the session, their guests' included, which stay. */
    stays: z.array(namedSeat),
    /** A guest's own paid seat goes back to who bought it, without any money: their name. */
    returnsTo: z.string().nullable(),
    /** The share that comes back, in hundredths of a percent. */
    basisPoints: z.number().int().min(0).max(10_000),
    paidPaise: paise,
    refundPaise: paise,
    /** Of a seat taken with a pack: does its credit come back? */
    creditBack: z.boolean(),
    /** May it be moved to another session instead? */
    movable: z.boolean(),
    refund: refundPolicy,
  })
  .meta({ id: 'CancelTerms' })
export type CancelTerms = z.infer<typeof cancelTerms>
