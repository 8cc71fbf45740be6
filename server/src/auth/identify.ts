/** Who is behind a request: the token says which login, the database says whether it lives and who that is now. */
import type { Request } from 'express'
import type { DbOrTrx } from '../db.ts'
import type { Who } from '../http.ts'
import { signedOut, type AccessTokens } from './access-tokens.ts'
import { findLogins } from './logins.ts'

export const createIdentify =
  (db: DbOrTrx, tokens: AccessTokens) =>
  async (req: Request): Promise<Who | undefined> => {
    const { authorization } = req.headers
    if (authorization === undefined) return undefined
    const [, token] = /^Bearer (\S+)$/i.exec(authorization) ?? []
    if (!token) throw signedOut()
    const { loginId, userId } = await tokens.verify(token)
    const who = (await findLogins(db, [loginId])).get(loginId)
    if (who?.userId !== userId) throw signedOut()
    return who
  }
