/** What people are told, as a job keeps it until they were. */
import { id } from '@peerlearn/contract/base'
import { notificationKind } from '@peerlearn/contract/notifications'
import { z } from 'zod'

export const note = z.strictObject({
  kind: notificationKind,
  title: z.string(),
  message: z.string(),
  /** Where to go on, a path of the client. */
  link: z.string().nullish(),
  /** What the mail says instead of the message. */
  mailParagraphs: z.array(z.string()).optional(),
  /** The mail brings this session into the person's calendar, or out of it: whichever is right when they are told. */
  calendarOf: id.optional(),
  /** false: worth a note, not a mail. */
  mail: z.literal(false).optional(),
  /** A person is told of one key once: `reminder:<session>:…`. */
  key: z.string().min(1).max(200).optional(),
})
export type Note = z.infer<typeof note>

/** Who is told what. */
export const news = z.strictObject({ to: z.array(id), note })
export type News = z.infer<typeof news>
