/** What the routes of sign-in share, made once of what app.ts hands over. */
import type { Logger } from 'pino'
import type { Bus } from '../bus.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { Mail } from '../mail/mail.ts'
import type { Notify, WillTell } from '../notifications/notifications.ts'
import type { Limits } from '../rate-limit.ts'
import type { AccessTokens } from './access-tokens.ts'
import { createCookies, type Cookies } from './cookies.ts'
import { createEntrance, type Entrance } from './entrance.ts'
import { deriveKey } from './keys.ts'
import { createProviders, type IdentityProvider } from './providers.ts'
import type { Passes } from './suspended-pass.ts'
import { createTellOwner, type TellOwner } from './told.ts'

export interface AuthDeps {
  config: Config
  db: Db
  bus: Bus
  log: Logger
  limits: Limits
  tokens: AccessTokens
  passes: Passes
  jobs: Jobs
  mail: Mail
  notify: Notify
  willTell: WillTell
  now: () => Date
}

export interface AuthParts extends AuthDeps {
  cookies: Cookies
  entrance: Entrance
  providers: Map<string, IdentityProvider>
  tellOwner: TellOwner
  refreshKey: Buffer
  deviceKey: Buffer
  /** AUTH_SECRET, and the one before while it is changed. */
  authSecrets: readonly [string, ...string[]]
}

export function createAuthParts(deps: AuthDeps): AuthParts {
  const { config } = deps
  const { AUTH_SECRET, AUTH_SECRET_PREVIOUS } = config
  const cookies = createCookies(config)
  const authSecrets: AuthParts['authSecrets'] = AUTH_SECRET_PREVIOUS
    ? [AUTH_SECRET, AUTH_SECRET_PREVIOUS]
    : [AUTH_SECRET]
  const shared = {
    ...deps,
    cookies,
    tellOwner: createTellOwner(deps),
    deviceKey: deriveKey(AUTH_SECRET, 'known-device'),
    authSecrets,
  }
  return {
    ...shared,
    refreshKey: deriveKey(AUTH_SECRET, 'refresh-token'),
    providers: createProviders(config.OIDC),
    entrance: createEntrance(shared),
  }
}
