/**
 * Stopping mails of one kind by a link in each of them, without signing in: as the link alone says whose mails of which kind.
 * Mail programs use it by themselves (RFC 8058); on the page behind it people can take that back.
 */
import { z } from 'zod'
import { nothing } from './base.ts'
import { notificationKind } from './notifications.ts'
import { route } from './route.ts'

/** Signed by the server, which keeps none. */
const token = z
  .string()
  .max(200)
  .regex(/^[\w-]+$/, 'This link is not complete.')

/** Whether mails of this kind come at present. */
export const mailChoice = z.strictObject({ kind: notificationKind, mail: z.boolean() })
export type MailChoice = z.infer<typeof mailChoice>

export const unsubscribeRoutes = {
  /** At the address that `List-Unsubscribe` names; opened in a browser, the same address is a page that asks first. */
  oneClick: route({
    method: 'post',
    path: '/unsubscribe/:token',
    access: 'anyone',
    limit: 'webrtc',
    summary: 'A mail program’s one click (RFC 8058): no more mails of this kind to this person',
    params: z.strictObject({ token }),
    response: nothing,
  }),
  mailOfLink: route({
    method: 'post',
    path: '/api/unsubscribe/look',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Which mails the link of a mail is about, and whether they come',
    body: z.strictObject({ token }),
    response: mailChoice,
  }),
  chooseMail: route({
    method: 'post',
    path: '/api/unsubscribe',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Stop mails of the kind that the link is about, or have them again',
    body: z.strictObject({ token, mail: z.boolean() }),
    response: mailChoice,
  }),
}
