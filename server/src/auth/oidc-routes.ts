/** To another provider and back: signing in there, and linking an account there with one here. */
import { timingSafeEqual } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import { authRoutes, type Provider } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import type { Request, Response } from 'express'
import { authorise, on, type Binding, type Who } from '../http.ts'
import { getUser } from '../users/queries.ts'
import { signedOut } from './access-tokens.ts'
import type { Cookies } from './cookies.ts'
import { arrive, linkIdentity, unlinkIdentity } from './identities.ts'
import type { AuthParts } from './parts.ts'
import { siteOf } from './passkeys.ts'
import { requireFresh } from './proofs.ts'
import type { IdentityProvider, Visitor } from './providers.ts'
import { newStepToken, openStep, takeStep } from './steps.ts'
import { news } from './told.ts'

/** The page that a provider sends people back to. */
const backPath = '/login/back'

const toProvider = ({ name, label }: IdentityProvider): Provider => ({ name, label })

export function oidcRoutes(parts: AuthParts): Binding[] {
  const { config, db, cookies, providers, entrance, tellOwner, now } = parts
  const link = async (
    who: Who,
    provider: IdentityProvider,
    identity: Pick<Visitor, 'issuer' | 'subject'> & { email: string },
  ) => {
    await db.transaction().execute((trx) => linkIdentity(trx, who.userId, identity))
    await tellOwner(who.userId, news.linked(provider.label))
    return { linked: toProvider(provider) }
  }
  return [
    on(authRoutes.providers, () => Promise.resolve({ items: [...providers.values()].map(toProvider) })),
    on(authRoutes.oidcStart, async ({ params, body, who, req, res }) => {
      const provider = getProvider(providers, params.provider)
      if (body.purpose === 'link') {
        authorise('learner', who, now())
        await requireFresh(db, who ?? refuseStranger())
      }
      const state = newStepToken()
      const { url, visit } = await provider.begin(state, `${siteOf(config, req).origin}${backPath}`)
      await openStep(db, 'oidc', {
        accountId: body.purpose === 'link' && who ? who.userId : null,
        data: { at: 'provider', provider: provider.name, purpose: body.purpose, ...visit },
        token: state,
      })
      cookies.set(req, res, 'visit', state, new Date(now().getTime() + 15 * 60_000))
      return { url }
    }),
    on(authRoutes.oidcFinish, async (call) => {
      const query = new URLSearchParams(call.body.query)
      const state = requireOwnVisit(call, cookies, query.get('state'))
      const { accountId, data } = await takeStep(db, 'oidc', state)
      if (data.at !== 'provider') throw notBegunHere()
      const provider = getProvider(providers, data.provider)
      const { verifier, nonce, redirect } = data
      const visitor = await provider.finish(query, state, { verifier, nonce, redirect })
      if (data.purpose === 'link') {
        if (!call.who || call.who.userId !== accountId) refuseStranger()
        return link(call.who, provider, { ...visitor, email: visitor.email ?? '' })
      }
      const arrival = await arrive(db, visitor, provider.label)
      if (arrival.kind === 'owner-first') {
        const { email } = arrival
        const { issuer, subject } = visitor
        const waiting = { at: 'owner' as const, provider: provider.name, issuer, subject, email }
        const token = await openStep(db, 'oidc', { accountId: arrival.accountId, data: waiting })
        return { link: token, email, provider: toProvider(provider) }
      }
      const user = await getUser(db, arrival.accountId)
      return arrival.isNew ? entrance.welcome(call, user) : entrance.begin(call, user)
    }),
    on(securityRoutes.link, async ({ who, body }) => {
      await requireFresh(db, who)
      const { accountId, data } = await takeStep(db, 'oidc', body.link)
      if (data.at !== 'owner' || accountId !== who.userId)
        throw new AppError('forbidden', 'That account belongs to another address than yours.')
      return link(who, getProvider(providers, data.provider), data)
    }),
    on(securityRoutes.unlink, async ({ who, params }) => {
      await requireFresh(db, who)
      const provider = getProvider(providers, params.provider)
      await db.transaction().execute((trx) => unlinkIdentity(trx, who.userId, provider.issuer))
      await tellOwner(who.userId, news.unlinked(provider.label))
      return {}
    }),
  ]
}

function getProvider(providers: Map<string, IdentityProvider>, name: string): IdentityProvider {
  const provider = providers.get(name)
  if (!provider) throw new AppError('not-found', 'There is no such provider here.')
  return provider
}

/** Only the browser that began the visit may end it: else a stranger could sign it in to an account of theirs. */
function requireOwnVisit(
  { req, res }: { req: Request; res: Response },
  cookies: Cookies,
  state: string | null,
): string {
  const begun = Buffer.from(cookies.find(req, 'visit') ?? '')
  cookies.clear(req, res, 'visit')
  const given = Buffer.from(state ?? '')
  if (begun.length === 0 || begun.length !== given.length || !timingSafeEqual(begun, given))
    throw notBegunHere()
  return given.toString()
}

const notBegunHere = () =>
  new AppError('step-over', 'This sign-in was not begun in this browser, or is over. Please begin again.')

function refuseStranger(): never {
  throw signedOut()
}
