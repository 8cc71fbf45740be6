/** Access tokens: short-lived proof of a login, signed with EdDSA. Whether the login still lives is asked of the database. */
import { AppError } from '@peerlearn/contract/errors'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import { signingKey } from './keys.ts'

export const accessSeconds = 10 * 60

const issuer = 'peerlearn'
const audience = 'peerlearn-api'
/** RFC 9068: an access token says that it is one, so no other signed thing passes for it. */
const typ = 'at+jwt'
const claims = z.object({ sub: z.uuid(), login: z.uuid() })

export interface AccessTokens {
  sign(of: { userId: string; loginId: string }): Promise<string>
  /** @throws AppError `signed-out` for a token that is not ours, not of this kind, or over */
  verify(token: string): Promise<{ userId: string; loginId: string }>
}

interface Secrets {
  AUTH_SECRET: string
  AUTH_SECRET_PREVIOUS?: string | undefined
}

export function createAccessTokens(secrets: Secrets, now: () => Date): AccessTokens {
  const present = signingKey(secrets.AUTH_SECRET)
  const previous = secrets.AUTH_SECRET_PREVIOUS ? [signingKey(secrets.AUTH_SECRET_PREVIOUS)] : []
  const publicKeys = new Map([present, ...previous].map(({ id, publicKey }) => [id, publicKey]))
  return {
    sign: ({ userId, loginId }) => {
      const seconds = Math.floor(now().getTime() / 1000)
      return new SignJWT({ login: loginId })
        .setProtectedHeader({ alg: 'EdDSA', typ, kid: present.id })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + accessSeconds)
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
          maxTokenAge: accessSeconds,
          clockTolerance: 30,
          currentDate: now(),
        })
        const { sub, login } = claims.parse(payload)
        return { userId: sub, loginId: login }
      } catch (error) {
        if (error instanceof errors.JOSEError || error instanceof z.ZodError) throw signedOut()
        throw error
      }
    },
  }
}

export const signedOut = () => new AppError('signed-out', 'Please sign in again.')

function refuseKey(): never {
  throw new errors.JWSSignatureVerificationFailed('unknown key')
}
