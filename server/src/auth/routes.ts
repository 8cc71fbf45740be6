/** Signing up, in and out, and what a signed-in browser needs to stay so. */
import { AppError } from '@peerlearn/contract/errors'
import { userRoutes as routes, type Login, type User } from '@peerlearn/contract/users'
import type { Request, Response } from 'express'
import type { Bus } from '../bus.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db.ts'
import { on, type Binding } from '../http.ts'
import { isOwnOrigin } from '../origin.ts'
import { addressOf, type Limits } from '../rate-limit.ts'
import { getUser } from '../users/queries.ts'
import { accessSeconds, signedOut, type AccessTokens } from './access-tokens.ts'
import { createCookies } from './cookies.ts'
import { deriveKey } from './keys.ts'
import { deviceDays, findDevice, markDevice } from './known-device.ts'
import { endLogin, loginChannel, refreshDays, rotateLogin, startLogin } from './logins.ts'
import { register, signIn } from './sign-in.ts'
import { giveTicket } from './tickets.ts'

interface AuthDeps {
  config: Config
  db: Db
  bus: Bus
  limits: Limits
  tokens: AccessTokens
  now: () => Date
}

export function authRoutes({ config, db, bus, limits, tokens, now }: AuthDeps): Binding[] {
  const cookies = createCookies(config)
  const keys = {
    refresh: deriveKey(config.AUTH_SECRET, 'refresh-token'),
    device: deriveKey(config.AUTH_SECRET, 'known-device'),
  }
  const inDays = (days: number) => new Date(now().getTime() + days * 24 * 3600 * 1000)

  const answer = async (user: User, loginId: string): Promise<Login> => ({
    user,
    accessToken: await tokens.sign({ userId: user.id, loginId }),
    expiresIn: accessSeconds,
  })

  const enter = async (req: Request, res: Response, user: User): Promise<Login> => {
    const { loginId, token } = await startLogin(db, user.id)
    cookies.set(req, res, 'refresh', token, inDays(refreshDays))
    cookies.set(req, res, 'device', markDevice(keys.device, user.email), inDays(deviceDays))
    return answer(user, loginId)
  }

  return [
    on(routes.register, async ({ body, req, res }) => enter(req, res, await register({ db }, body))),
    on(routes.login, async ({ body, req, res }) => {
      const device = findDevice(keys.device, cookies.find(req, 'device'), body.email)
      return enter(req, res, await signIn({ db, limits }, { ...body, device, address: addressOf(req) }))
    }),
    on(routes.refresh, async ({ req, res }) => {
      refuseForeign(config, req)
      const rotation = await rotateLogin(db, keys.refresh, cookies.find(req, 'refresh') ?? '')
      if (rotation.kind === 'reused') bus.publish(loginChannel(rotation.loginId), 'ended')
      if (rotation.kind !== 'rotated') {
        cookies.clear(req, res, 'refresh')
        throw signedOut()
      }
      cookies.set(req, res, 'refresh', rotation.token, rotation.expiresAt)
      return answer(await getUser(db, rotation.accountId), rotation.loginId)
    }),
    // Without a login it is done already: signing out never fails.
    on(routes.logout, async ({ req, res }) => {
      refuseForeign(config, req)
      const ended = await endLogin(db, cookies.find(req, 'refresh') ?? '')
      if (ended) bus.publish(loginChannel(ended), 'ended')
      cookies.clear(req, res, 'refresh')
      return {}
    }),
    on(routes.wsTicket, async ({ who }) => ({ ticket: await giveTicket(db, who.loginId) })),
  ]
}

/** The cookie is sent by itself, so a page of somebody else's must not be able to use it. */
function refuseForeign(config: Config, req: Request): void {
  if (req.headers.origin !== undefined && !isOwnOrigin(config, req))
    throw new AppError('origin-refused', 'This page is not PeerLearn’s.')
}
