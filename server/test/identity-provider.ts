/** A real OpenID provider (oidc-provider) over real HTTP, and a person with a browser who signs in there. */
import { createServer, type Server } from 'node:http'
import { Provider, type ClientAuthMethod } from 'oidc-provider'

export interface Claims {
  email?: string
  email_verified?: boolean
  name?: string
}

export interface IdentityProvider {
  issuer: string
  clientSecret: string
  /** Opens for business, for the product at this address. */
  open(productUrl: string): void
  /** Who signs in there under which name, and what the provider says of them. */
  people: Map<string, Claims>
  /** Goes to `url` as the product said, signs in as `login`, agrees. @returns the query that the browser brings back */
  visit(url: string, login: string): Promise<string>
  /** Goes there and says no. */
  refuse(url: string): Promise<string>
  /** No longer answers. */
  close: () => Promise<void>
}

export const clientId = 'peerlearn-test'

/** Its address is known at once, as a server's settings need it. Close it after the test. */
export function newIdentityProvider(authMethod: ClientAuthMethod, port: number): IdentityProvider {
  const issuer = `http://localhost:${port}`
  const clientSecret = 'a-secret-of-the-provider-91c2'
  const people = new Map<string, Claims>()
  let server: Server | undefined
  const close = async () => {
    server?.closeAllConnections()
    await new Promise<void>((done) => (server ? server.close(() => done()) : done()))
  }
  return {
    issuer,
    clientSecret,
    people,
    close,
    open(productUrl) {
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: [`${productUrl}/login/back`],
            token_endpoint_auth_method: authMethod,
          },
        ],
        clientAuthMethods: [authMethod],
        pkce: { required: () => true },
        scopes: ['openid', 'email', 'profile'],
        claims: { email: ['email', 'email_verified'], profile: ['name'], openid: ['sub'] },
        cookies: { keys: ['a-key-of-a-test'] },
        findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
      })
      const handle = provider.callback()
      server = createServer((req, res) => void handle(req, res)).listen(port)
    },
    visit: (url, login) => walk(url, issuer, (page) => answer(page, login)),
    refuse: (url) => walk(url, issuer, (page) => ({ url: `${page.url}/abort` })),
  }
}

interface Page {
  url: string
  html: string
}

interface Going {
  url: string
  form?: Record<string, string>
}

/** The provider's own pages ask for a name, and then for a yes. */
function answer({ html }: Page, login: string): Going {
  const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1]
  if (!action) throw new Error(`the provider shows no form:\n${html.slice(0, 500)}`)
  const asksName = html.includes('name="login"')
  return { url: action, form: asksName ? { prompt: 'login', login, password: 'any' } : { prompt: 'consent' } }
}

/** As a browser walks: with cookies, from redirect to form to redirect, until it leaves the provider. */
async function walk(start: string, issuer: string, decide: (page: Page) => Going): Promise<string> {
  const cookies = new Map<string, string>()
  let going: Going = { url: start }
  for (let steps = 0; steps < 20; steps++) {
    const { url, form } = going
    if (!url.startsWith(issuer)) return new URL(url).search.slice(1)
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      cookies.set(name, value)
    }
    const location = response.headers.get('location')
    going = location ? { url: new URL(location, url).href } : decide({ url, html: await response.text() })
  }
  throw new Error('the provider leads round in circles')
}
