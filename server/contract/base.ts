/** The small shapes that every feature uses. */
import { z } from 'zod'

export const id = z.uuid().meta({ description: 'UUID' })
/** Bounded to what Postgres takes too: it knows no year 0, no offset beyond 15 hours and no endless fraction. */
export const instant = z.iso
  .datetime({ offset: true })
  .max(35)
  .regex(/^(?!0000).*(?:Z|[+-](?:0\d|1[0-4]):\d\d)$/, 'This instant is out of range.')
  .meta({ description: 'RFC 3339 instant' })
const isTimeZone = (name: string) => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** IANA name, as the database of this machine knows it. */
export const timeZone = z
  .string()
  .max(64)
  // An offset is no zone: it does not know when clocks change.
  .regex(/^[A-Za-z]/, 'Choose a time zone.')
  .refine(isTimeZone, 'There is no such time zone.')

/** Money is integer paise: 49900 is ₹499. A price is at most ₹1,00,000. */
export const paise = z.number().int().min(0).max(10_000_000)
/** What several seats come to. */
export const sumPaise = z.number().int().min(0).max(1_000_000_000)
export const nothing = z.strictObject({})
export const count = z.number().int().min(0)
/** 0 … 1 */
export const share = z.number().min(0).max(1)

/** Text of a person: trimmed, bounded, without control characters but line breaks and tabs. */
export const text = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    // eslint-disable-next-line no-control-regex -- refusing control characters is the point
    .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, 'Control characters are not allowed.')
    // Half of a surrogate pair is no character, and Postgres's jsonb refuses it.
    .regex(/^\P{Surrogate}*$/u, 'This text is not well formed.')

/** What an account may be; everybody is a learner. */
export const role = z.enum(['learner', 'mentor', 'admin', 'owner'])
export type Role = z.infer<typeof role>

/** What a person is in one room. `admin` stands in the events of earlier classes only. */
export const roomRole = z.enum(['learner', 'mentor', 'admin'])
export type RoomRole = z.infer<typeof roomRole>

export const skill = text(1, 40)
export const skills = z.array(skill).max(20)

/** A page of a list: hand `nextCursor` back as `cursor` to go on; null ends the list. */
export const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() })
