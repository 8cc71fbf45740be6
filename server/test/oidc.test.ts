/** Signing in with an account at another provider: a real one, over real HTTP. */
import { authRoutes, type SignInAnswer } from '@peerlearn/contract/auth'
import { securityRoutes } from '@peerlearn/contract/security'
import { userRoutes } from '@peerlearn/contract/users'
import type { ResponseOf } from '@peerlearn/contract/route'
import { beforeAll, describe, expect, test } from 'vitest'
import { Browser } from './harness-browser.ts'
import { closeLater, freePort, startServer, type Person, type TestServer } from './harness.ts'
import { clientId, newIdentityProvider, type IdentityProvider } from './identity-provider.ts'
import { auditOf, Clock, growStale, passwordLogin, requireAsked, requireLogin, withApp } from './sign-in.ts'

let server: TestServer
let campus: IdentityProvider
let school: IdentityProvider
const clock = new Clock()
const settingsOf = (name: string, { issuer, clientSecret }: IdentityProvider) => ({
  [`OIDC_${name}_ISSUER`]: issuer,
  [`OIDC_${name}_CLIENT_ID`]: clientId,
  [`OIDC_${name}_CLIENT_SECRET`]: clientSecret,
})

beforeAll(async () => {
  const newProvider = async (method: 'client_secret_basic' | 'client_secret_post') => {
    const provider = newIdentityProvider(method, await freePort())
    closeLater(provider.close)
    return provider
  }
  campus = await newProvider('client_secret_basic')
  school = await newProvider('client_secret_post')
  const away = await newProvider('client_secret_basic')
  server = await startServer({
    now: clock.now,
    env: {
      ...settingsOf('CAMPUS', campus),
      OIDC_CAMPUS_LABEL: 'Campus login',
      ...settingsOf('SCHOOL', school),
      ...settingsOf('AWAY', away),
    },
  })
  campus.open(server.url)
  school.open(server.url)
})

const browser = () => new Browser(server.url)
const startRoute = (provider: string) => ({
  ...authRoutes.oidcStart,
  path: authRoutes.oidcStart.path.replace(':provider', provider),
})
type Finished = ResponseOf<typeof authRoutes.oidcFinish>

let count = 0
/** Somebody who has an account at the provider. */
function visitor(
  provider: IdentityProvider,
  claims: { email?: string; verified?: boolean; name?: string } = {},
) {
  const login = `visitor-${++count}`
  const { email = `${login}@campus.test`, verified = true, name = 'Meera Iyer' } = claims
  provider.people.set(login, { email, email_verified: verified, name })
  return { login, email, provider, name: provider === campus ? 'campus' : 'school' }
}
type Visitor = ReturnType<typeof visitor>

/** From our sign-in page to the provider and back. @returns what the last page posts */
async function comeBack(page: Browser, { name, login, provider }: Visitor): Promise<string> {
  const { url } = await page.ok(startRoute(name), { purpose: 'sign-in' })
  return provider.visit(url, login)
}
const finish = async (page: Browser, query: string): Promise<Finished> =>
  page.ok(authRoutes.oidcFinish, { query })
const signIn = async (who: Visitor, page = browser()) => finish(page, await comeBack(page, who))
const loginOf = (answer: Finished) => requireLogin(answer as SignInAnswer) // fails for any other answer
const security = (token: string) => server.api(securityRoutes.security, {}, { token })

/** A signed-in person goes to the provider to link an account there. */
async function link(person: Person, who: Visitor, page = browser()) {
  const route = startRoute(who.name)
  page.bearer = person.token
  const { url } = await page.ok(route, { purpose: 'link' })
  return page.post(authRoutes.oidcFinish, { query: await who.provider.visit(url, who.login) })
}

test('the sign-in page is told which providers there are', async () => {
  const { items } = await server.api(authRoutes.providers, {})
  expect(items).toContainEqual({ name: 'campus', label: 'Campus login' })
  expect(items).toContainEqual({ name: 'school', label: 'School' })
})

describe('the first visit', () => {
  test.each(['campus', 'school'])('makes an account, proved and without a password, at %s', async (name) => {
    const who = visitor(name === 'campus' ? campus : school)
    const { user, accessToken } = loginOf(await signIn(who))
    expect(user).toMatchObject({ email: who.email, name: 'Meera Iyer', verified: true, roles: ['learner'] })
    expect(await security(accessToken)).toMatchObject({ hasPassword: false })
    expect(await auditOf(server, user.id)).toEqual(['identity.linked'])
  })

  test('and the next one open the same account', async () => {
    const who = visitor(campus)
    const first = loginOf(await signIn(who))
    expect(loginOf(await signIn(who)).user.id).toBe(first.user.id)
  })

  test('makes no account for an address that the provider does not vouch for', async () => {
    const who = visitor(campus, { verified: false })
    const page = browser()
    const query = await comeBack(page, who)
    expect(await page.post(authRoutes.oidcFinish, { query })).toMatchObject({ code: 'provider-refused' })
    expect(
      await server.db.selectFrom('account').select('id').where('email', '=', who.email).execute(),
    ).toEqual([])
  })
})

describe('an address that has an account here', () => {
  test('is linked only after that account’s own sign-in', async () => {
    const owner = await server.person()
    const who = visitor(campus, { email: owner.email.toUpperCase() })
    const page = browser()
    const answer = await signIn(who, page)
    expect(answer).toMatchObject({ email: owner.email, provider: { name: 'campus' } })
    expect(page.cookie('refresh')).toBeUndefined()
    const { link: waiting } = answer as { link: string }
    const own = await passwordLogin(page, owner)
    await server.api(securityRoutes.link, { body: { link: waiting } }, { token: own.accessToken })
    expect(loginOf(await signIn(who)).user.id).toBe(owner.userId)
  })

  test('is not linked by anybody else', async () => {
    const [owner, other] = [await server.person(), await server.person()]
    const answer = (await signIn(visitor(campus, { email: owner.email }))) as { link: string }
    const attempt = server.api(securityRoutes.link, { body: { link: answer.link } }, other)
    await expect(attempt).rejects.toMatchObject({ code: 'forbidden' })
  })

  test('asks for the account’s second factor, too', async () => {
    const person = await withApp(server, clock, await server.person())
    const who = visitor(campus)
    expect(await link(person, who)).toMatchObject({ status: 200, body: { linked: { name: 'campus' } } })
    const page = browser()
    const asked = requireAsked((await signIn(who, page)) as SignInAnswer)
    const proof = { way: 'code', code: clock.nextCode(person.secret) }
    const { user } = requireLogin(await page.ok(authRoutes.loginStep, { step: asked.step, proof }))
    expect(user.id).toBe(person.userId)
  })
})

describe('a visit', () => {
  test('counts in the browser that began it alone', async () => {
    const query = await comeBack(browser(), visitor(campus))
    expect(await browser().post(authRoutes.oidcFinish, { query })).toMatchObject({
      status: 409,
      code: 'step-over',
    })
  })

  test('counts once', async () => {
    const page = browser()
    const query = await comeBack(page, visitor(campus))
    const again = page.copy()
    await finish(page, query)
    expect(await again.post(authRoutes.oidcFinish, { query })).toMatchObject({ code: 'step-over' })
  })

  test('whose code was swapped for another person’s is refused', async () => {
    const [mine, theirs] = [browser(), browser()]
    const own = new URLSearchParams(await comeBack(mine, visitor(campus)))
    const other = new URLSearchParams(await comeBack(theirs, visitor(campus)))
    own.set('code', other.get('code')!)
    expect(await mine.post(authRoutes.oidcFinish, { query: own.toString() })).toMatchObject({
      code: 'provider-refused',
    })
  })

  test('that ended with a no says so', async () => {
    const page = browser()
    const { url } = await page.ok(startRoute('campus'), { purpose: 'sign-in' })
    const answer = await page.post(authRoutes.oidcFinish, { query: await campus.refuse(url) })
    expect(answer).toMatchObject({ status: 409, code: 'provider-refused' })
  })

  test('to a provider that does not answer, or that is not there, says so', async () => {
    expect(await browser().post(startRoute('away'), { purpose: 'sign-in' })).toMatchObject({
      status: 502,
      code: 'provider-unavailable',
    })
    expect(await browser().post(startRoute('nowhere'), { purpose: 'sign-in' })).toMatchObject({ status: 404 })
  })
})

describe('linking', () => {
  test('opens one’s account from then on, until it is unlinked', async () => {
    const person = await server.person()
    const who = visitor(school)
    await link(person, who)
    expect((await security(person.token)).providers).toContainEqual({
      name: 'school',
      label: 'School',
      email: who.email,
    })
    expect(loginOf(await signIn(who)).user.id).toBe(person.userId)
    await server.api(securityRoutes.unlink, { params: { provider: 'school' } }, person)
    expect(loginOf(await signIn(who)).user.id).not.toBe(person.userId)
    expect(await auditOf(server, person.userId)).toEqual(['identity.linked', 'identity.unlinked'])
  })

  test('takes no account that opens somebody else’s', async () => {
    const who = visitor(campus)
    loginOf(await signIn(who))
    expect(await link(await server.person(), who)).toMatchObject({ status: 409, code: 'linked-elsewhere' })
  })

  test('asks for a fresh proof of who it is', async () => {
    const person = await server.person()
    await growStale(server, person)
    const page = browser()
    page.bearer = person.token
    expect(await page.post(startRoute('campus'), { purpose: 'link' })).toMatchObject({
      code: 'confirm-needed',
    })
  })

  test('ends in the login that began it: another person’s browser links nothing', async () => {
    const [person, other] = [await server.person(), await server.person()]
    const who = visitor(campus)
    const page = browser()
    page.bearer = person.token
    const { url } = await page.ok(startRoute('campus'), { purpose: 'link' })
    const query = await campus.visit(url, who.login)
    page.bearer = other.token
    expect(await page.post(authRoutes.oidcFinish, { query })).toMatchObject({ code: 'signed-out' })
  })
})

test('nobody unlinks or removes their only way in', async () => {
  const { accessToken: token } = loginOf(await signIn(visitor(campus)))
  const unlink = () => server.api(securityRoutes.unlink, { params: { provider: 'campus' } }, { token })
  await expect(unlink()).rejects.toMatchObject({ status: 409, code: 'last-way-in' })
  await server.api(securityRoutes.changePassword, { body: { password: 'my first password' } }, { token })
  await unlink()
  expect(await server.api(userRoutes.me, {}, { token })).toMatchObject({ verified: true })
})
