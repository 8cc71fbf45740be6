/** Access tokens: short-lived proof of a login. Whether the login still lives is asked of the database. */
import { z } from 'zod'
import { createSignedTokens, type TokenSecrets } from './signed-tokens.ts'

export { signedOut } from './signed-tokens.ts'

export const accessSeconds = 10 * 60

export interface AccessTokens {
  sign(of: { userId: string; loginId: string }): Promise<string>
  /** @throws AppError `signed-out` for a token that is not ours, not of this kind, or over */
  verify(token: string): Promise<{ userId: string; loginId: string }>
}

export function createAccessTokens(secrets: TokenSecrets, now: () => Date): AccessTokens {
  const tokens = createSignedTokens(secrets, now, {
    typ: 'at+jwt', // RFC 9068
    audience: 'peerlearn-api',
    seconds: accessSeconds,
    claims: z.object({ sub: z.uuid(), login: z.uuid() }),
  })
  return {
    sign: ({ userId, loginId }) => tokens.sign({ sub: userId, login: loginId }),
    async verify(token) {
      const { sub, login } = await tokens.verify(token)
      return { userId: sub, loginId: login }
    },
  }
}
