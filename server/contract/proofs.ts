/** How people prove who they are: by a code of an app, a recovery code, a passkey or a password, step by step. */
import { z } from 'zod'

/** Names something that is under way (a sign-in, a passkey's making): single use, some minutes. */
export const step = z.string().regex(/^[\w-]{43}$/)

/** What WebAuthn's JSON holds is for the authenticator and the verifier: bounded here, checked by the library. */
const base64url = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[\w-]+$/)
const credential = {
  id: base64url(1400),
  rawId: base64url(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).optional(),
  clientExtensionResults: z.record(z.string().max(40), z.unknown()),
}

/** An AuthenticationResponseJSON of WebAuthn level 3. */
export const passkeyAssertion = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: base64url(4000),
    authenticatorData: base64url(4000),
    signature: base64url(4000),
    userHandle: base64url(200).optional(),
  }),
})

/** A RegistrationResponseJSON of WebAuthn level 3. */
export const passkeyAttestation = z.strictObject({
  ...credential,
  response: z.strictObject({
    clientDataJSON: base64url(4000),
    attestationObject: base64url(20_000),
    authenticatorData: base64url(8000).optional(),
    transports: z.array(z.string().max(40)).max(10).optional(),
    publicKeyAlgorithm: z.number().int().optional(),
    publicKey: base64url(4000).optional(),
  }),
})

/** For `navigator.credentials`, as @simplewebauthn/browser takes it. */
export const passkeyOptions = z.looseObject({ challenge: z.string() })

export const way = z.enum(['code', 'passkey', 'recovery', 'password'])
export type Way = z.infer<typeof way>

/** One proof of who one is: a code of the app, a recovery code, a passkey; the password where there is no second factor. */
export const proof = z.discriminatedUnion('way', [
  z.strictObject({ way: z.literal('code'), code: z.string().regex(/^\d{6}$/, 'Type the six digits.') }),
  z.strictObject({ way: z.literal('recovery'), code: z.string().trim().min(8).max(40) }),
  z.strictObject({ way: z.literal('passkey'), response: passkeyAssertion }),
  z.strictObject({ way: z.literal('password'), password: z.string().min(1).max(128) }),
])
export type Proof = z.infer<typeof proof>

/** What is asked next: `ways` to answer it, best first; `passkey` holds the options for one of the account's passkeys. */
export const asked = z
  .strictObject({ step, ways: z.array(way), passkey: passkeyOptions.nullable() })
  .meta({ id: 'AskedProof' })
export type Asked = z.infer<typeof asked>
