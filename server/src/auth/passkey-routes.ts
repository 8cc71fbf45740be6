/** Passkeys: signing in with one alone, making one, renaming one, removing one. */
import { AppError } from '@peerlearn/contract/errors'
import { authRoutes } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import { audit } from '../audit/audit.ts'
import { on, type Binding } from '../http.ts'
import { addressOf } from '../rate-limit.ts'
import { getUser } from '../users/queries.ts'
import { guess } from './guesses.ts'
import { markProved, requireFresh } from './proofs.ts'
import type { AuthParts } from './parts.ts'
import {
  insertPasskey,
  newPasskeyOptions,
  passwordlessOptions,
  provePasskey,
  renamePasskey,
  siteOf,
} from './passkeys.ts'
import { firstRecoveryCodes } from './recovery-codes.ts'
import { removeFactor } from './second-factors.ts'
import { openStep, takeStep } from './steps.ts'
import { news } from './told.ts'

export function passkeyRoutes(parts: AuthParts): Binding[] {
  const { config, db, limits, entrance, tellOwner } = parts
  return [
    on(authRoutes.passkeyOptions, async ({ req }) => {
      const options = await passwordlessOptions(siteOf(config, req))
      const data = { challenge: options.challenge }
      return { step: await openStep(db, 'passkey', { accountId: null, data }), options: { ...options } }
    }),
    on(authRoutes.passkeyLogin, async (call) => {
      const { req, body } = call
      const { data } = await takeStep(db, 'passkey', body.step)
      const site = siteOf(config, req)
      // It checked who holds it: the key is one factor, that check the other.
      const proof = { site, challenge: data.challenge, response: body.response, verified: true }
      const accountId = await guess(
        limits,
        { key: `passkey:${body.response.id}`, address: addressOf(req) },
        () => db.transaction().execute((trx) => provePasskey(trx, proof)),
      )
      return entrance.enter(call, await getUser(db, accountId), { secondFactor: true })
    }),
    on(securityRoutes.beginPasskey, async ({ req, who }) => {
      await requireFresh(db, who)
      const { id: accountId, email, name } = await getUser(db, who.userId)
      const options = await newPasskeyOptions(db, siteOf(config, req), { accountId, email, name })
      const data = { challenge: options.challenge }
      return { step: await openStep(db, 'new-passkey', { accountId, data }), options: { ...options } }
    }),
    on(securityRoutes.addPasskey, async ({ req, who, body }) => {
      const { userId: accountId } = who
      const added = await db.transaction().execute(async (trx) => {
        const step = await takeStep(trx, 'new-passkey', body.step)
        if (step.accountId !== accountId)
          throw new AppError('step-over', 'This was begun by somebody else. Please begin again.')
        const passkey = await insertPasskey(trx, {
          accountId,
          name: body.name,
          site: siteOf(config, req),
          challenge: step.data.challenge,
          response: body.response,
        })
        const recoveryCodes = await firstRecoveryCodes(trx, accountId)
        await markProved(trx, who.loginId)
        await audit(trx, { actorId: accountId, action: 'passkey.added', subject: `account:${accountId}` })
        return { passkey, recoveryCodes }
      })
      await tellOwner(accountId, news.passkeyAdded(body.name))
      return added
    }),
    on(securityRoutes.renamePasskey, ({ who, params, body }) =>
      renamePasskey(db, { accountId: who.userId, id: params.id, name: body.name }),
    ),
    on(securityRoutes.removePasskey, async ({ who, params }) => {
      await requireFresh(db, who)
      const { userId: accountId } = who
      const name = await db.transaction().execute(async (trx) => {
        let name = ''
        await removeFactor(trx, accountId, async () => {
          const removed = await trx
            .deleteFrom('passkey')
            .where('id', '=', params.id)
            .where('account_id', '=', accountId)
            .returning('name')
            .executeTakeFirst()
          if (!removed) throw new AppError('not-found', 'This passkey was removed already.')
          name = removed.name
        })
        await audit(trx, { actorId: accountId, action: 'passkey.removed', subject: `account:${accountId}` })
        return name
      })
      await tellOwner(accountId, news.passkeyRemoved(name))
      return {}
    }),
  ]
}
