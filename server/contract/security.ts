/** What a signed-in person holds the keys of: password, address, second factors, passkeys, providers, devices. */
import { z } from 'zod'
import { password, provider, providerName } from './auth.ts'
import { count, id, instant, nothing, text } from './base.ts'
import { asked, passkeyAttestation, passkeyOptions, proof, step } from './proofs.ts'
import { route } from './route.ts'
import { email } from './users.ts'

export const passkey = z
  .strictObject({ id: z.string(), name: z.string(), createdAt: instant, usedAt: instant.nullable() })
  .meta({ id: 'Passkey' })
export type Passkey = z.infer<typeof passkey>

export const security = z
  .strictObject({
    hasPassword: z.boolean(),
    /** An authenticator app is set up. */
    app: z.boolean(),
    passkeys: z.array(passkey),
    /** Those that were not used. */
    recoveryCodes: count,
    /** Every provider there is; `email` is the address of the linked account there. */
    providers: z.array(z.strictObject({ ...provider.shape, email: z.string().nullable() })),
    /** An admin's account keeps one second factor at least. */
    factorRequired: z.boolean(),
  })
  .meta({ id: 'Security' })
export type Security = z.infer<typeof security>

/** A login: this one (`here`) or another. `address` is the network address it was last seen from. */
export const device = z
  .strictObject({
    id,
    device: z.string(),
    address: z.string(),
    seenAt: instant,
    createdAt: instant,
    here: z.boolean(),
  })
  .meta({ id: 'Device' })
export type Device = z.infer<typeof device>

/** Shown once: only their hashes are kept. */
const recoveryCodes = z.array(z.string())

const passkeyId = z
  .string()
  .max(1400)
  .regex(/^[\w-]+$/)

/** What its owner calls a passkey: so short that it stands in a line of a list. */
const passkeyName = text(1, 60)

const signedIn = { access: 'signed-in', limit: 'sessions' } as const
/** Whoever made an account with somebody else's address must not leave a way in that outlasts a new password. */
const ownsAddress = { access: 'learner', limit: 'sessions' } as const

export const securityRoutes = {
  security: route({
    ...signedIn,
    method: 'get',
    path: '/api/auth/security',
    summary: 'How I sign in, and what proves that it is me',
    response: security,
  }),
  askConfirm: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/confirm/ask',
    summary: 'How I can prove again that it is me; no way at all means to sign in again',
    body: nothing,
    response: asked,
  }),
  confirm: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/confirm',
    summary: 'Prove again that it is me: for what asks for a proof of the last 15 minutes',
    body: z.strictObject({ step, proof }),
    response: nothing,
  }),
  sendVerification: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/email/send',
    summary: 'Mail the link that proves my address again',
    body: nothing,
    response: nothing,
  }),
  changeEmail: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/email/change',
    summary: 'Mail a link to another address; it becomes mine when the link is opened',
    body: z.strictObject({ email }),
    response: nothing,
  }),
  changePassword: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/password/change',
    summary: 'Set another password; ends my other logins. `present` is left out where there is none yet',
    body: z.strictObject({ present: z.string().min(1).max(128).optional(), password }),
    response: nothing,
  }),
  beginApp: route({
    ...ownsAddress,
    method: 'post',
    path: '/api/auth/app',
    summary: 'A new secret for an authenticator app; it counts once a code of it was given',
    body: nothing,
    response: z.strictObject({ secret: z.string(), uri: z.string() }),
  }),
  finishApp: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/app/finish',
    summary: 'The app’s first code; recovery codes come along when there were none',
    body: z.strictObject({ code: z.string().regex(/^\d{6}$/, 'Type the six digits.') }),
    response: z.strictObject({ recoveryCodes: recoveryCodes.nullable() }),
  }),
  removeApp: route({
    ...signedIn,
    method: 'delete',
    path: '/api/auth/app',
    summary: 'Stop using the authenticator app',
    response: nothing,
  }),
  beginPasskey: route({
    ...ownsAddress,
    method: 'post',
    path: '/api/auth/passkeys/options',
    summary: 'Begin to make a passkey',
    body: nothing,
    response: z.strictObject({ step, options: passkeyOptions }),
  }),
  addPasskey: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/passkeys',
    summary: 'Add the passkey that was made; recovery codes come along when there were none',
    body: z.strictObject({ step, name: passkeyName, response: passkeyAttestation }),
    response: z.strictObject({ passkey, recoveryCodes: recoveryCodes.nullable() }),
    status: 201,
  }),
  renamePasskey: route({
    ...signedIn,
    method: 'put',
    path: '/api/auth/passkeys/:id',
    summary: 'Give a passkey another name',
    params: z.strictObject({ id: passkeyId }),
    body: z.strictObject({ name: passkeyName }),
    response: passkey,
  }),
  removePasskey: route({
    ...signedIn,
    method: 'delete',
    path: '/api/auth/passkeys/:id',
    summary: 'Remove a passkey',
    params: z.strictObject({ id: passkeyId }),
    response: nothing,
  }),
  newRecoveryCodes: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/recovery-codes',
    summary: 'Ten new recovery codes; those before are void',
    body: nothing,
    response: z.strictObject({ recoveryCodes }),
  }),
  link: route({
    ...ownsAddress,
    method: 'post',
    path: '/api/auth/oidc/link',
    summary: 'Link the account at a provider with which a sign-in began; for its owner here alone',
    body: z.strictObject({ link: step }),
    response: z.strictObject({ linked: provider }),
  }),
  unlink: route({
    ...signedIn,
    method: 'delete',
    path: '/api/auth/oidc/:provider',
    summary: 'Unlink my account at this provider',
    params: z.strictObject({ provider: providerName }),
    response: nothing,
  }),
  devices: route({
    ...signedIn,
    method: 'get',
    path: '/api/auth/devices',
    summary: 'Where I am signed in, last seen first',
    response: z.strictObject({ items: z.array(device) }),
  }),
  endDevice: route({
    ...signedIn,
    method: 'delete',
    path: '/api/auth/devices/:id',
    summary: 'Sign out there: its sockets and media close',
    params: z.strictObject({ id }),
    response: nothing,
  }),
  endOtherDevices: route({
    ...signedIn,
    method: 'post',
    path: '/api/auth/devices/end-others',
    summary: 'Sign out everywhere but here',
    body: nothing,
    response: z.strictObject({ ended: count }),
  }),
}
