/** Other providers of identity, by OpenID Connect: discovered when first needed, visited with PKCE, state and nonce. */
import { AppError } from '@peerlearn/contract/errors'
import type { Provider } from '@peerlearn/contract/auth'
import * as oidc from 'openid-client'
import type { OidcSettings } from '../oidc-settings.ts'

const timeoutSeconds = 8

/** Who came back, as the provider says. */
export interface Visitor {
  issuer: string
  subject: string
  email: string | undefined
  emailVerified: boolean
  name: string | undefined
}

interface Visit {
  verifier: string
  nonce: string
  redirect: string
}

export interface IdentityProvider extends Provider {
  issuer: string
  /** Where to send the browser. @throws AppError `provider-unavailable` */
  begin(state: string, redirect: string): Promise<{ url: string; visit: Visit }>
  /** Reads what it came back with. @throws AppError `provider-refused`, `provider-unavailable` */
  finish(query: URLSearchParams, state: string, visit: Visit): Promise<Visitor>
}

export const createProviders = (settings: readonly OidcSettings[]): Map<string, IdentityProvider> =>
  new Map(settings.map((each) => [each.name, createProvider(each)]))

function createProvider(settings: OidcSettings): IdentityProvider {
  const { name, label } = settings
  // As it is kept with an account: some write their own name with a slash at its end, some without.
  const issuer = settings.issuer.replace(/\/+$/, '')
  let known: Promise<oidc.Configuration> | undefined
  // Asked again after a failure; its keys are renewed by the library.
  const configuration = () =>
    (known ??= discover(settings).catch((error: unknown) => {
      known = undefined
      throw error
    }))
  const away = () =>
    new AppError('provider-unavailable', `${label} does not answer just now. Try again in a moment.`)
  return {
    name,
    label,
    issuer,
    async begin(state, redirect) {
      const config = await configuration().catch(() => Promise.reject(away()))
      const visit = { verifier: oidc.randomPKCECodeVerifier(), nonce: oidc.randomNonce(), redirect }
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: redirect,
        scope: 'openid email profile',
        state,
        nonce: visit.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(visit.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, visit }
    },
    async finish(query, state, { verifier, nonce, redirect }) {
      if (query.has('error'))
        throw new AppError(
          'provider-refused',
          `You did not sign in at ${label}. Try again, or use another way.`,
        )
      const config = await configuration().catch(() => Promise.reject(away()))
      try {
        const said = await redeem(config, new URL(`${redirect}?${query.toString()}`), {
          pkceCodeVerifier: verifier,
          expectedNonce: nonce,
          expectedState: state,
        })
        return { ...said, issuer }
      } catch (error) {
        if (isAwayError(error)) throw away()
        throw new AppError('provider-refused', `${label}’s answer could not be used. Please begin again.`)
      }
    },
  }
}

/** Did no answer come at all? Everything else is an answer that the library refused. */
const isAwayError = (error: unknown) =>
  error instanceof oidc.ClientError
    ? error.code === 'OAUTH_TIMEOUT' || error.cause instanceof TypeError
    : error instanceof TypeError && error.message === 'fetch failed'

const discover = ({ issuer, clientId, clientSecret }: OidcSettings) =>
  oidc.discovery(new URL(issuer), clientId, clientSecret, authenticate(clientSecret), {
    timeout: timeoutSeconds,
    // Settings refuse such an address in production.
    ...(issuer.startsWith('http:') && { execute: [oidc.allowInsecureRequests] }),
  })

/** HTTP Basic is what a provider takes unless it says otherwise (OpenID Connect Discovery 1.0, section 3). */
const authenticate =
  (secret: string): oidc.ClientAuth =>
  (server, client, body, headers) => {
    const { token_endpoint_auth_methods_supported: methods } = server
    const basic = !methods || methods.includes('client_secret_basic')
    const by = basic ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret)
    return by(server, client, body, headers)
  }

async function redeem(
  config: oidc.Configuration,
  url: URL,
  checks: oidc.AuthorizationCodeGrantChecks,
): Promise<Omit<Visitor, 'issuer'>> {
  const answer = await oidc.authorizationCodeGrant(config, url, checks)
  const claims = answer.claims()
  if (!claims) throw new Error('no ID token')
  const { sub } = claims
  // Many providers tell the address only when asked for it.
  const told =
    claims['email'] === undefined && config.serverMetadata().userinfo_endpoint
      ? { ...claims, ...(await oidc.fetchUserInfo(config, answer.access_token, sub)) }
      : claims
  return {
    subject: sub,
    email: asText(told['email'])?.toLowerCase(),
    emailVerified: told['email_verified'] === true || told['email_verified'] === 'true',
    name: asText(told['name']) ?? asText(told['given_name']),
  }
}

const asText = (value: unknown) => (typeof value === 'string' && value.trim() ? value.trim() : undefined)
