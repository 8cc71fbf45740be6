/** Signed tokens of one kind: short-lived, EdDSA, and never taken for another kind's. */
import { AppError } from '@peerlearn/contract/errors'
import { decodeProtectedHeader, errors, jwtVerify, SignJWT, type JWTPayload } from 'jose'
import { z } from 'zod'
import { signingKey } from './keys.ts'

export interface TokenSecrets {
  AUTH_SECRET: string
  AUTH_SECRET_PREVIOUS?: string | undefined
}

interface Kind<Claims> {
  /** RFC 8725, 3.11: a token says what it is, so no other signed thing passes for it. */
  typ: string
  audience: string
  seconds: number
  claims: z.ZodType<Claims>
}

export interface SignedTokens<Claims> {
  sign(claims: Claims & JWTPayload): Promise<string>
  /** @throws AppError `signed-out` for a token that is not ours, not of this kind, or over */
  verify(token: string): Promise<Claims>
  /** Whether it says that it is of this kind, true or not. */
  saysSo(token: string): boolean
}

const issuer = 'peerlearn'

export function createSignedTokens<Claims>(
  { AUTH_SECRET, AUTH_SECRET_PREVIOUS }: TokenSecrets,
  now: () => Date,
  { typ, audience, seconds, claims }: Kind<Claims>,
): SignedTokens<Claims> {
  const present = signingKey(AUTH_SECRET)
  const previous = AUTH_SECRET_PREVIOUS ? [signingKey(AUTH_SECRET_PREVIOUS)] : []
  const publicKeys = new Map([present, ...previous].map(({ id, publicKey }) => [id, publicKey]))
  return {
    sign(said) {
      const at = Math.floor(now().getTime() / 1000)
      return new SignJWT(said)
        .setProtectedHeader({ alg: 'EdDSA', typ, kid: present.id })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(at)
        .setExpirationTime(at + seconds)
        .sign(present.privateKey)
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, ({ kid }) => publicKeys.get(kid ?? '') ?? refuseKey(), {
          algorithms: ['EdDSA'],
          issuer,
          audience,
          typ,
          requiredClaims: ['sub', 'exp', 'iat'],
          maxTokenAge: seconds,
          clockTolerance: 30,
          currentDate: now(),
        })
        return claims.parse(payload)
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw signedOut()
        throw error
      }
    },
    saysSo(token) {
      try {
        return decodeProtectedHeader(token).typ === typ
      } catch {
        return false
      }
    },
  }
}

export const signedOut = () => new AppError('signed-out', 'Please sign in again.')

function refuseKey(): never {
  throw new errors.JWSSignatureVerificationFailed('unknown key')
}
