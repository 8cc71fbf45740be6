/** Who did what that matters later, as an admin reads it. The log itself is append-only, and nobody writes to it from here. */
import { z } from 'zod'
import { count, id, instant, page } from './base.ts'
import { route } from './route.ts'

/** What is written to the log, each with its words after the name of who did it. */
export const auditWords = {
  'account.erased': 'erased an account',
  'account.suspended': 'suspended an account',
  'account.suspension-lifted': 'lifted a suspension',
  'app.added': 'set up an authenticator app',
  'app.removed': 'removed an authenticator app',
  'application.approved': 'approved a mentor application',
  'application.refused': 'refused a mentor application',
  'attendance.corrected': 'corrected who was in a class',
  'email.changed': 'changed an email address',
  'email.verified': 'confirmed an email address',
  'identity.linked': 'linked another way to sign in',
  'identity.unlinked': 'unlinked another way to sign in',
  'job.removed': 'gave up a background job',
  'job.retried': 'had a background job tried again',
  'login.ended': 'signed a device out',
  'login.token-reused': 'saw a sign-in used twice and ended it',
  'logins.ended': 'signed devices out',
  'node.drain-begun': 'began to empty a media node',
  'node.drain-taken-back': 'took the emptying of a media node back',
  'passkey.added': 'added a passkey',
  'passkey.removed': 'removed a passkey',
  'password.changed': 'changed a password',
  'password.reset': 'set a new password by mail',
  'payment.refunded': 'gave money back',
  'payout.retried': 'had a payout tried again',
  'payout.sent': 'sent a payout',
  'recovery-code.used': 'used a recovery code',
  'recovery-codes.made': 'made new recovery codes',
  'refund.retried': 'had a refund tried again',
  'role.first-owner': 'became the first owner',
  'role.granted': 'granted a role',
  'role.revoked': 'took a role away',
  'terms.agreed': 'set a mentor’s fee and payout account',
  'terms.changed': 'changed what their invoices say of them',
} as const
export type AuditAction = keyof typeof auditWords

export const auditEntry = z
  .strictObject({
    /** Its place in the log, from 1 on. */
    seq: count,
    at: instant,
    /** null: the system itself. Their name is null when there is no such account any more. */
    actor: z.strictObject({ id, name: z.string().nullable() }).nullable(),
    /** Mostly one of `auditWords`; older rows may have others. */
    action: z.string(),
    /** `account:<id>`, and the name or title of what that is, where it has one. */
    subject: z.string(),
    subjectName: z.string().nullable(),
    /** Ids, amounts, states. */
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' })
export type AuditEntry = z.infer<typeof auditEntry>

export const auditRoutes = {
  entries: route({
    method: 'get',
    path: '/api/admin/audit',
    access: 'admin',
    limit: 'sessions',
    summary: 'Who did what that matters later, newest first',
    query: z.strictObject({
      cursor: z
        .string()
        .max(16)
        .regex(/^[1-9]\d{0,15}$/)
        .optional(),
      limit: z.coerce.number().int().min(1).max(100).default(50),
    }),
    response: page(auditEntry),
  }),
}
