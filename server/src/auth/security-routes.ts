/** What a signed-in person does on the security page. */
import { securityRoutes as routes } from '@peerlearn/contract/security'
import type { Security } from '@peerlearn/contract/security'
import { audit } from '../audit/audit.ts'
import type { DbOrTrx } from '../db.ts'
import { on, type Binding, type Who } from '../http.ts'
import { addressOf } from '../rate-limit.ts'
import { getUser } from '../users/queries.ts'
import { askNewAddress, resendVerification } from './addresses.ts'
import { beginApp, finishApp, removeApp } from './authenticator-app.ts'
import { endDevice, endOtherDevices, listDevices } from './devices.ts'
import { guess } from './guesses.ts'
import { findIdentities } from './identities.ts'
import { changePassword } from './new-password.ts'
import type { AuthParts } from './parts.ts'
import { siteOf } from './passkeys.ts'
import { askConfirm, confirm, markProved, requireFresh } from './proofs.ts'
import type { IdentityProvider } from './providers.ts'
import { firstRecoveryCodes, replaceRecoveryCodes } from './recovery-codes.ts'
import { findFactors, isAdmin, removeFactor } from './second-factors.ts'
import { news } from './told.ts'

export const securityRoutes = (parts: AuthParts): Binding[] => [
  ...ownRoutes(parts),
  ...appRoutes(parts),
  ...deviceRoutes(parts),
]

const ownRoutes = (parts: AuthParts): Binding[] => [
  on(routes.security, ({ who }) => toSecurity(parts.db, who, parts.providers)),
  on(routes.askConfirm, ({ who, req }) => askConfirm(parts.db, who, siteOf(parts.config, req))),
  on(routes.confirm, async ({ who, req, body }) => {
    await confirm(parts, who, { ...body, site: siteOf(parts.config, req), address: addressOf(req) })
    return {}
  }),
  on(routes.sendVerification, async ({ who }) => {
    await resendVerification(parts, who.userId)
    return {}
  }),
  on(routes.changeEmail, async ({ who, body }) => {
    await requireFresh(parts.db, who)
    await askNewAddress(parts, { accountId: who.userId, email: body.email })
    return {}
  }),
  on(routes.changePassword, async ({ who, req, body }) => {
    await changePassword(parts, who, {
      present: body.present,
      password: body.password,
      address: addressOf(req),
    })
    return {}
  }),
]

async function toSecurity(
  db: DbOrTrx,
  { userId, roles }: Who,
  providers: Map<string, IdentityProvider>,
): Promise<Security> {
  const factors = await findFactors(db, userId)
  const linked = await findIdentities(db, userId)
  const { hasPassword } = await db
    .selectFrom('account')
    .select((eb) => eb('password_hash', 'is not', null).$castTo<boolean>().as('hasPassword'))
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  return {
    hasPassword,
    app: factors.app,
    passkeys: factors.passkeys.map(({ id, name, createdAt, usedAt }) => ({ id, name, createdAt, usedAt })),
    recoveryCodes: factors.recoveryCodes,
    providers: [...providers.values()].map(({ name, label, issuer }) => ({
      name,
      label,
      email: linked.get(issuer) ?? null,
    })),
    factorRequired: isAdmin(roles),
  }
}

function appRoutes(parts: AuthParts): Binding[] {
  const { config, db, limits, tellOwner, authSecrets, now } = parts
  const subject = (who: Who) => ({ actorId: who.userId, subject: `account:${who.userId}` })
  return [
    on(routes.beginApp, async ({ who }) => {
      await requireFresh(db, who)
      const { id: accountId, email } = await getUser(db, who.userId)
      return beginApp(db, { accountId, email, authSecret: config.AUTH_SECRET })
    }),
    on(routes.finishApp, async ({ who, req, body }) => {
      const { userId: accountId } = who
      const given = { accountId, code: body.code, now: now(), authSecrets }
      const key = { key: `factor:${accountId}`, address: addressOf(req) }
      const recoveryCodes = await guess(limits, key, () =>
        db.transaction().execute(async (trx) => {
          await finishApp(trx, given)
          await markProved(trx, who.loginId)
          const codes = await firstRecoveryCodes(trx, accountId)
          await audit(trx, { ...subject(who), action: 'app.added' })
          return codes
        }),
      )
      await tellOwner(accountId, news.appAdded)
      return { recoveryCodes }
    }),
    on(routes.removeApp, async ({ who }) => {
      await requireFresh(db, who)
      await db.transaction().execute(async (trx) => {
        await removeFactor(trx, who.userId, () => removeApp(trx, who.userId))
        await audit(trx, { ...subject(who), action: 'app.removed' })
      })
      await tellOwner(who.userId, news.appRemoved)
      return {}
    }),
    on(routes.newRecoveryCodes, async ({ who }) => {
      await requireFresh(db, who)
      const recoveryCodes = await db.transaction().execute(async (trx) => {
        const codes = await replaceRecoveryCodes(trx, who.userId)
        await audit(trx, { ...subject(who), action: 'recovery-codes.made' })
        return codes
      })
      await tellOwner(who.userId, news.recoveryCodesMade)
      return { recoveryCodes }
    }),
  ]
}

const deviceRoutes = (parts: AuthParts): Binding[] => [
  on(routes.devices, async ({ who }) => ({ items: await listDevices(parts.db, who) })),
  on(routes.endDevice, async ({ who, params }) => {
    await endDevice(parts, who, params.id)
    return {}
  }),
  on(routes.endOtherDevices, async ({ who }) => ({ ended: await endOtherDevices(parts, who) })),
]
