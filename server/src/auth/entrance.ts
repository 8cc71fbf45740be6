/** Coming in: from a proof of who somebody is to a login, its cookies and its first access token; a second factor between. */
import { AppError } from '@peerlearn/contract/errors'
import type { Entry, Login, SignInAnswer } from '@peerlearn/contract/auth'
import type { Proof } from '@peerlearn/contract/proofs'
import type { User } from '@peerlearn/contract/users'
import type { Request, Response } from 'express'
import type { Config } from '../config.ts'
import type { Db } from '../db.ts'
import { addressOf, type Limits } from '../rate-limit.ts'
import { getUser } from '../users/queries.ts'
import { accessSeconds, type AccessTokens } from './access-tokens.ts'
import type { Cookies } from './cookies.ts'
import { deviceName } from './device-name.ts'
import { guess } from './guesses.ts'
import { deviceDays, findDevice, markDevice } from './known-device.ts'
import { refreshDays, startLogin, type Seen } from './logins.ts'
import { secondStepOptions, siteOf } from './passkeys.ts'
import { auditRecoveryCode, countRecoveryCodes } from './recovery-codes.ts'
import { findFactors, hasFactor, proveFactor, waysOf } from './second-factors.ts'
import { getStep, openStep, takeStep } from './steps.ts'
import type { Passes } from './suspended-pass.ts'
import { news, type TellOwner } from './told.ts'

interface EntranceDeps {
  config: Config
  db: Db
  limits: Limits
  tokens: AccessTokens
  passes: Passes
  cookies: Cookies
  deviceKey: Buffer
  authSecrets: readonly [string, ...string[]]
  tellOwner: TellOwner
  now: () => Date
}

export interface Entrance {
  /** A first login for somebody whose account was just made. */
  welcome(call: Coming, user: User): Promise<Login>
  /** A login for this person, or a pass to their data when they are suspended; `secondFactor` was proved, too. */
  enter(call: Coming, user: User, how?: { secondFactor?: boolean }): Promise<Entry>
  /** The same, unless the account has a second factor, which is asked first. */
  begin(call: Coming, user: User): Promise<SignInAnswer>
  /** The second factor that was asked. @throws AppError `wrong-credentials`, `step-over`, `too-many-requests` */
  finish(call: Coming, given: { step: string; proof: Proof }): Promise<Entry>
  answer(user: User, loginId: string): Promise<Login>
}

export interface Coming {
  req: Request
  res: Response
}

export const seenIn = (req: Request): Seen => ({
  device: deviceName(req.headers['user-agent']),
  // As the person's own router or provider names it.
  address: (req.ip ?? '').replace(/^::ffff:/, ''),
})

export function createEntrance(deps: EntranceDeps): Entrance {
  const { config, db, limits, tokens, passes, cookies, deviceKey, authSecrets, tellOwner, now } = deps
  const inDays = (days: number) => new Date(now().getTime() + days * 24 * 3600 * 1000)

  const answer = async (user: User, loginId: string): Promise<Login> => ({
    user,
    accessToken: await tokens.sign({ userId: user.id, loginId }),
    expiresIn: accessSeconds,
  })

  const deviceOf = (req: Request, { email }: User) =>
    findDevice(deviceKey, cookies.find(req, 'device'), email)

  const letIn = async ({ req, res }: Coming, user: User, secondFactor: boolean): Promise<Login> => {
    const { loginId, token } = await startLogin(db, user.id, { seen: seenIn(req), secondFactor })
    cookies.set(req, res, 'refresh', token, inDays(refreshDays))
    cookies.set(req, res, 'device', markDevice(deviceKey, user.email), inDays(deviceDays))
    return answer(user, loginId)
  }

  const enter: Entrance['enter'] = async (call, user, { secondFactor = false } = {}) => {
    const isKnown = deviceOf(call.req, user) !== undefined
    const suspended = await passes.find(db, user.id)
    const entry = suspended ? { suspended } : await letIn(call, user, secondFactor)
    if (!isKnown) await tellOwner(user.id, news.newDevice(seenIn(call.req)))
    return entry
  }

  return {
    answer,
    enter,
    // Nobody needs to hear of their own first sign-in.
    welcome: (call, user) => letIn(call, user, false),
    async begin(call, user) {
      const factors = await findFactors(db, user.id)
      if (!hasFactor(factors)) return enter(call, user)
      const { passkeys } = factors
      const options = passkeys.length > 0 ? await secondStepOptions(siteOf(config, call.req), passkeys) : null
      const device = deviceOf(call.req, user) ?? null
      const step = await openStep(db, 'second-factor', {
        accountId: user.id,
        data: { challenge: options?.challenge ?? '', loginId: null, device },
      })
      return { asked: { step, ways: waysOf(factors), passkey: options && { ...options } } }
    },
    async finish(call, { step, proof }) {
      const { accountId, data } = await getStep(db, 'second-factor', step)
      if (!accountId || data.loginId !== null)
        throw new AppError('step-over', 'This is no sign-in. Please begin again.')
      const key = data.device ? `factor-device:${data.device}` : `factor:${accountId}`
      await guess(limits, { key, address: addressOf(call.req) }, () =>
        db.transaction().execute(async (trx) => {
          await takeStep(trx, 'second-factor', step)
          const site = siteOf(config, call.req)
          await proveFactor(trx, {
            accountId,
            proof,
            challenge: data.challenge,
            site,
            now: now(),
            authSecrets,
          })
          if (proof.way === 'recovery') await auditRecoveryCode(trx, accountId)
        }),
      )
      const entry = await enter(call, await getUser(db, accountId), { secondFactor: true })
      if (proof.way === 'recovery')
        await tellOwner(accountId, news.recoveryCodeUsed(await countRecoveryCodes(db, accountId)))
      return entry
    },
  }
}
