/** Who is behind a request: the token says which login, the database says whether it lives and who that is now. */
import type { Request } from 'express'
import type { DbOrTrx } from '../db.ts'
import type { DataOwner, Who } from '../http.ts'
import { signedOut, type AccessTokens } from './access-tokens.ts'
import { findLogins } from './logins.ts'
import type { Passes } from './suspended-pass.ts'

export const createIdentify =
  (db: DbOrTrx, tokens: AccessTokens) =>
  async (req: Request): Promise<Who | undefined> => {
    const token = bearerOf(req)
    if (token === undefined) return undefined
    const { loginId, userId } = await tokens.verify(token)
    const who = (await findLogins(db, [loginId])).get(loginId)
    if (who?.userId !== userId) throw signedOut()
    return who
  }

/** For the routes of a person's own data: somebody signed in, or somebody suspended, by their pass. */
export const createIdentifyOwner =
  (db: DbOrTrx, passes: Passes, identify: (req: Request) => Promise<Who | undefined>) =>
  async (req: Request): Promise<DataOwner | undefined> => {
    const token = bearerOf(req)
    return token !== undefined && passes.isPass(token) ? passes.verify(db, token) : identify(req)
  }

/** The request's bearer token. @throws AppError `signed-out` for any other kind of authorization */
function bearerOf({ headers }: Request): string | undefined {
  if (headers.authorization === undefined) return undefined
  const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization) ?? []
  if (!token) throw signedOut()
  return token
}
