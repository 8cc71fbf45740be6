/** Providers of identity in the environment: OIDC_<NAME>_ISSUER, _CLIENT_ID, _CLIENT_SECRET, and _LABEL for people. */
import { z } from 'zod'

export interface OidcSettings {
  /** Lower case, as it stands in addresses. */
  name: string
  label: string
  issuer: string
  clientId: string
  clientSecret: string
}

type Env = Record<string, string | undefined>

const part = /^OIDC_([A-Z0-9_]{1,40}?)_(ISSUER|CLIENT_ID|CLIENT_SECRET|LABEL)$/

const asLabel = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ')

/** All that are named, and what is wrong with them, each by its setting. */
export function parseOidc(env: Env): { providers: OidcSettings[]; problems: string[] } {
  const names = [...new Set(Object.keys(env).flatMap((key) => part.exec(key)?.[1] ?? []))].sort()
  const problems = names.flatMap((name) => problemsOf(env, name))
  const providers = names.map((upper) => ({
    name: upper.toLowerCase(),
    label: env[`OIDC_${upper}_LABEL`] ?? asLabel(upper.toLowerCase()),
    issuer: env[`OIDC_${upper}_ISSUER`] ?? '',
    clientId: env[`OIDC_${upper}_CLIENT_ID`] ?? '',
    clientSecret: env[`OIDC_${upper}_CLIENT_SECRET`] ?? '',
  }))
  return { providers, problems }
}

function problemsOf(env: Env, name: string): string[] {
  const missing = ['ISSUER', 'CLIENT_ID', 'CLIENT_SECRET']
    .map((which) => `OIDC_${name}_${which}`)
    .filter((key) => !env[key])
    .map((key) => `${key}: is missing`)
  const issuer = env[`OIDC_${name}_ISSUER`]
  if (!issuer) return missing
  if (!z.url().safeParse(issuer).success)
    return [
      ...missing,
      `OIDC_${name}_ISSUER: must be the provider’s address, such as https://accounts.example.org`,
    ]
  if (env.NODE_ENV === 'production' && !issuer.startsWith('https://'))
    return [...missing, `OIDC_${name}_ISSUER: must begin with https://`]
  return missing
}
