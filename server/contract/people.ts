/** Who may teach and who looks after the place: applications, roles, suspension, and the first owner. */
import { z } from 'zod'
import { id, instant, nothing, page, role, text } from './base.ts'
import { route } from './route.ts'

/** What somebody who wants to teach says of it. */
export const applicationText = text(20, 2000)

export const applicationStatus = z.enum(['pending', 'approved', 'refused', 'withdrawn'])

export const application = z
  .strictObject({
    id,
    about: z.string(),
    status: applicationStatus,
    /** What the admin said with the decision; empty when nothing. */
    answer: z.string(),
    createdAt: instant,
    decidedAt: instant.nullable(),
  })
  .meta({ id: 'MentorApplication' })
export type Application = z.infer<typeof application>

/** An application with who sent it, as an admin sees it. */
export const applicant = z
  .strictObject({
    application,
    userId: id,
    name: z.string(),
    email: z.string(),
    memberSince: instant,
  })
  .meta({ id: 'Applicant' })
export type Applicant = z.infer<typeof applicant>

/** An account as an admin sees it. */
export const member = z
  .strictObject({
    id,
    name: z.string(),
    email: z.string(),
    roles: z.array(role),
    verified: z.boolean(),
    /** An authenticator app or a passkey is set up: without one an admin can't come in. */
    secondFactor: z.boolean(),
    suspendedAt: instant.nullable(),
    suspendedBecause: z.string().nullable(),
    createdAt: instant,
  })
  .meta({ id: 'Member' })
export type Member = z.infer<typeof member>

const reason = text(3, 500)
const one = z.strictObject({ id })
const ofPage = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(50).default(20),
}

/** What an owner grants and takes: nobody becomes an owner this way, see `becomeOwner`. */
export const grantable = z.enum(['mentor', 'admin', 'owner'])

export const peopleRoutes = {
  myApplications: route({
    method: 'get',
    path: '/api/mentor-applications',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'What I sent in to become a mentor, newest first',
    response: z.strictObject({ items: z.array(application) }),
  }),
  apply: route({
    method: 'post',
    path: '/api/mentor-applications',
    access: 'learner',
    limit: 'sessions',
    summary: 'Apply to teach; one application at a time',
    body: z.strictObject({ about: applicationText }),
    response: application,
    status: 201,
  }),
  withdraw: route({
    method: 'delete',
    path: '/api/mentor-applications/:id',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Take my application back before it is decided',
    params: one,
    response: application,
  }),
  applications: route({
    method: 'get',
    path: '/api/admin/mentor-applications',
    access: 'admin',
    limit: 'sessions',
    summary:
      'Applications that wait (their senders’ emails are proved), oldest first; or those decided, newest first',
    query: z.strictObject({ ...ofPage, status: z.enum(['pending', 'decided']).default('pending') }),
    response: page(applicant),
  }),
  decide: route({
    method: 'post',
    path: '/api/admin/mentor-applications/:id/decision',
    access: 'admin',
    limit: 'sessions',
    summary: 'Approve or refuse an application; its sender is told with the answer',
    params: one,
    body: z
      .strictObject({ decision: z.enum(['approved', 'refused']), answer: text(0, 1000).default('') })
      .refine(({ decision, answer }) => decision === 'approved' || answer.length >= 3, {
        path: ['answer'],
        message: 'Say why: they read it.',
      }),
    response: applicant,
  }),
  people: route({
    method: 'get',
    path: '/api/admin/people',
    access: 'admin',
    limit: 'sessions',
    summary: 'Everybody with an account, newest first',
    query: z.strictObject({
      ...ofPage,
      q: text(0, 80).optional().meta({ description: 'Words of the name, or the beginning of the email' }),
      role: role.optional(),
      suspended: z.enum(['yes', 'no']).optional(),
    }),
    response: page(member),
  }),
  suspend: route({
    method: 'post',
    path: '/api/admin/people/:id/suspend',
    access: 'admin',
    limit: 'sessions',
    summary:
      'Suspend an account: ends its logins and sockets, cancels what a mentor had planned. An admin’s is an owner’s to suspend',
    params: one,
    body: z.strictObject({ reason }),
    response: member,
  }),
  lift: route({
    method: 'post',
    path: '/api/admin/people/:id/lift',
    access: 'admin',
    limit: 'sessions',
    summary: 'Lift a suspension; what was cancelled stays cancelled',
    params: one,
    body: nothing,
    response: member,
  }),
  grant: route({
    method: 'post',
    path: '/api/admin/people/:id/grant',
    access: 'owner',
    limit: 'sessions',
    summary: 'Give an account a role',
    params: one,
    body: z.strictObject({ role: grantable }),
    response: member,
  }),
  /** An admin may take `mentor`; the other roles are an owner's to take. The last owner stays one. */
  revoke: route({
    method: 'post',
    path: '/api/admin/people/:id/revoke',
    access: 'admin',
    limit: 'sessions',
    summary: 'Take a role from an account',
    params: one,
    body: z.strictObject({ role: grantable, reason: reason.optional() }),
    response: member,
  }),
  ownership: route({
    method: 'get',
    path: '/api/become-owner',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'Whether somebody owns this place',
    response: z.strictObject({ owned: z.boolean() }),
  }),
  becomeOwner: route({
    method: 'post',
    path: '/api/become-owner',
    access: 'learner',
    limit: 'auth',
    summary: 'Become the first owner with the one-time code that `npm run owner-code` prints',
    body: z.strictObject({ code: z.string().trim().toUpperCase().max(40) }),
    response: nothing,
  }),
}
