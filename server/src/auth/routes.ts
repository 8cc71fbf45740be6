/** Signing up, in and out, and what a signed-in browser needs to stay so. */
import { AppError } from '@peerlearn/contract/errors'
import { authRoutes as routes } from '@peerlearn/contract/auth'
import type { Request } from 'express'
import type { Config } from '../config.ts'
import { on, type Binding } from '../http.ts'
import { isOwnOrigin } from '../origin.ts'
import { addressOf } from '../rate-limit.ts'
import { getUser } from '../users/queries.ts'
import { signedOut } from './access-tokens.ts'
import { proveAddress } from './addresses.ts'
import { seenIn } from './entrance.ts'
import { findDevice } from './known-device.ts'
import { endLogin, rotateLogin, tellEnded } from './logins.ts'
import { forgotPassword, resetPassword } from './new-password.ts'
import { oidcRoutes } from './oidc-routes.ts'
import { createAuthParts, type AuthDeps, type AuthParts } from './parts.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { securityRoutes } from './security-routes.ts'
import { register, signIn } from './sign-in.ts'
import { giveTicket } from './tickets.ts'
import { news } from './told.ts'

export function authRoutes(deps: AuthDeps): Binding[] {
  const parts = createAuthParts(deps)
  return [
    ...signInRoutes(parts),
    ...stayRoutes(parts),
    ...passkeyRoutes(parts),
    ...securityRoutes(parts),
    ...oidcRoutes(parts),
  ]
}

const signInRoutes = (parts: AuthParts): Binding[] => [
  on(routes.register, async (call) => parts.entrance.welcome(call, await register(parts, call.body))),
  on(routes.login, async (call) => {
    const { req, body } = call
    const device = findDevice(parts.deviceKey, parts.cookies.find(req, 'device'), body.email)
    return parts.entrance.begin(call, await signIn(parts, { ...body, device, address: addressOf(req) }))
  }),
  on(routes.loginStep, (call) => parts.entrance.finish(call, call.body)),
  on(routes.forgotPassword, async ({ body }) => {
    await forgotPassword(parts, body.email)
    return {}
  }),
  on(routes.resetPassword, ({ body }) => resetPassword(parts, body)),
  on(routes.proveEmail, ({ body }) => proveAddress(parts, body.token)),
]

const stayRoutes = ({ config, db, bus, cookies, refreshKey, entrance, tellOwner }: AuthParts): Binding[] => [
  on(routes.refresh, async ({ req, res }) => {
    refuseForeign(config, req)
    const rotation = await rotateLogin(db, refreshKey, cookies.find(req, 'refresh') ?? '', seenIn(req))
    if (rotation.kind === 'reused') {
      tellEnded(bus, [rotation.loginId])
      await tellOwner(rotation.accountId, news.tokenReused)
    }
    if (rotation.kind !== 'rotated') {
      cookies.clear(req, res, 'refresh')
      throw signedOut()
    }
    cookies.set(req, res, 'refresh', rotation.token, rotation.expiresAt)
    return entrance.answer(await getUser(db, rotation.accountId), rotation.loginId)
  }),
  // Without a login it is done already: signing out never fails.
  on(routes.logout, async ({ req, res }) => {
    refuseForeign(config, req)
    const ended = await endLogin(db, cookies.find(req, 'refresh') ?? '')
    if (ended) tellEnded(bus, [ended])
    cookies.clear(req, res, 'refresh')
    return {}
  }),
  on(routes.wsTicket, async ({ who }) => ({ ticket: await giveTicket(db, who.loginId) })),
]

/** The cookie is sent by itself, so a page of somebody else's must not be able to use it. */
function refuseForeign(config: Config, req: Request): void {
  if (req.headers.origin !== undefined && !isOwnOrigin(config, req))
    throw new AppError('origin-refused', 'This page is not PeerLearn’s.')
}
