/** Every route × everybody: admitted or refused as the policy table says. A new route is tested by itself. */
import { api } from '@peerlearn/contract/api'
import { policy } from '@peerlearn/contract/policy'
import type { Route } from '@peerlearn/contract/route'
import { beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../src/db.ts'
import { callerNames, gateSays, makeCaller } from './access-callers.ts'
import { startServer, type TestServer } from './harness.ts'

const routes: [string, Route][] = Object.entries(api).flatMap(([feature, of]) =>
  Object.entries(of as Record<string, Route>).map(
    ([name, route]) => [`${feature}.${name}`, route] as [string, Route],
  ),
)

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { TRUST_PROXY: '1' } })
})

describe('every route', () => {
  test.each(routes)('%s is served by exactly one handler', (_name, route) => {
    expect(server.app.bindings.filter((binding) => binding.route === route)).toHaveLength(1)
  })

  test('is in the contract: the server has none of its own', () => {
    const declared = new Set(routes.map(([, route]) => route))
    expect(server.app.bindings.filter(({ route }) => !declared.has(route))).toEqual([])
  })

  test('has an address of its own', () => {
    const addresses = routes.map(([, { method, path }]) => `${method} ${path.replace(/:\w+/g, ':')}`)
    expect(addresses.filter((address, i) => addresses.indexOf(address) < i)).toEqual([])
  })

  test.each(routes)('%s says who may call it and what it counts against', (_name, { access, limit }) => {
    expect(Object.keys(policy)).toContain(access)
    expect(['booked', 'in-room', 'room-mentor']).not.toContain(access)
    expect(['auth', 'payments', 'sessions', 'webrtc', 'none']).toContain(limit)
  })
})

/** What a route says of its own to somebody whom the gate let in, where that is a word of the gate's too. */
const ownRefusals: Partial<Record<string, string>> = {
  'auth.refresh': 'signed-out',
  'payments.webhook': 'signature-invalid',
}

let calls = 0
/** From an address and with a person of its own each time: the limits of one are not used up by the others. */
async function ask(route: Route, token: string | undefined): Promise<string> {
  const n = ++calls
  const response = await fetch(`${server.url}${route.path.replace(/:\w+/g, newId())}`, {
    method: route.method.toUpperCase(),
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`,
      'content-type': route.consumes?.types[0] ?? 'application/json',
    },
    ...(route.body && { body: '{}' }),
  })
  const text = await response.text()
  if (response.ok) return 'ok'
  return (JSON.parse(text) as { error: { code: string } }).error.code
}

const gateWords = [
  'signed-out',
  'forbidden',
  'email-unverified',
  'second-factor-needed',
  'suspended',
  'internal-error',
  'too-many-requests',
]

describe.each(callerNames)('called by %s', (caller) => {
  test.each(routes)('%s admits or refuses as declared', async (name, route) => {
    const person = await makeCaller(server, caller)
    const answer = await ask(route, person?.token)
    const refusal = gateSays(route.access, caller) ?? ownRefusals[name]
    if (refusal) expect(answer).toBe(refusal)
    else expect(gateWords).not.toContain(answer)
  })
})
