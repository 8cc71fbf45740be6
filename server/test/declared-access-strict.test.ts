/** Nothing from a client is taken that was not declared: unknown keys are refused on every route and message, at every depth. */
import { api } from '@peerlearn/contract/api'
import { clientMessages, type ClientMethod } from '@peerlearn/contract/client-channel'
import type { Route } from '@peerlearn/contract/route'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { newId } from '../src/db.ts'
import { startServer, type TestServer } from './harness.ts'

const routes: [string, Route][] = Object.entries(api).flatMap(([feature, of]) =>
  Object.entries(of as Record<string, Route>).map(
    ([name, route]) => [`${feature}.${name}`, route] as [string, Route],
  ),
)
const inputs: [string, z.ZodType][] = [
  ...routes.flatMap(([name, { params, query, body }]) =>
    Object.entries({ params, query, body }).flatMap(([part, schema]): [string, z.ZodType][] =>
      schema ? [[`${name} (${part})`, schema]] : [],
    ),
  ),
  ...Object.entries(clientMessages).map(([name, { input }]): [string, z.ZodType] => [name, input]),
]

/** A pattern of the whole text in which nothing may be repeated without end. */
const isBounded = (pattern: string) =>
  pattern.startsWith('^') && pattern.endsWith('$') && !/[*+]|,\}/.test(pattern.replace(/\[[^\]]*\]|\\./g, ''))

/** One value alone, or a pattern that ends after a certain number of characters. */
const ofFixedLength = (node: Record<string, unknown>) =>
  node.const !== undefined || (typeof node.pattern === 'string' && isBounded(node.pattern))

/** As JSON Schema an input tells what it allows: an object that is open, a text or a list without end. */
function openPlaces(schema: unknown, path: string): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  if (Array.isArray(schema)) return schema.flatMap((part, i) => openPlaces(part, `${path}/${i}`))
  const node = schema as Record<string, unknown> // an object, as was just seen
  const inside = Object.entries(node).flatMap(([key, part]) => openPlaces(part, `${path}/${key}`))
  const isOpen =
    node.type === 'object' && node.properties !== undefined && node.additionalProperties !== false
  const endless =
    (node.type === 'array' && node.maxItems === undefined) ||
    (node.type === 'string' &&
      node.maxLength === undefined &&
      !node.format &&
      !node.enum &&
      !ofFixedLength(node))
  return [
    ...(isOpen ? [`${path} takes unknown keys`] : []),
    ...(endless ? [`${path} has no limit`] : []),
    ...inside,
  ]
}

test.each(inputs)('%s is closed and bounded at every depth', (_name, schema) => {
  expect(openPlaces(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), '')).toEqual([])
})

describe('an unknown key', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })

  const send = async (route: Route, { body, query = '' }: { body?: string; query?: string }) => {
    const { token } = await server.person({ roles: ['mentor', 'admin', 'owner'] })
    const response = await fetch(
      `${server.url}${route.path.replace(/:\w+/g, (name) => (name === ':provider' ? 'somewhere' : newId()))}${query}`,
      {
        method: route.method.toUpperCase(),
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body }),
      },
    )
    return { status: response.status, text: await response.text() }
  }

  test.each(routes.filter(([, route]) => route.body && !route.consumes))(
    'in the body of %s is refused',
    async (_name, route) => {
      const { status, text } = await send(route, { body: '{"surprise":1}' })
      expect(status).toBe(400)
      expect(text).toContain('surprise')
    },
  )

  test.each(routes.filter(([, route]) => route.body && !route.consumes))(
    '__proto__ in the body of %s is refused',
    async (_name, route) => {
      const { status, text } = await send(route, { body: '{"__proto__":{"role":"admin"}}' })
      expect(status).toBe(400)
      expect(text).toContain('bad-json')
    },
  )

  test.each(routes.filter(([, route]) => route.body && !route.consumes))(
    'a key that the body of %s has twice is refused',
    async (_name, route) => {
      const { status, text } = await send(route, { body: '{"id":1,"id":2}' })
      expect(status).toBe(400)
      expect(text).toContain('bad-json')
    },
  )

  test.each(routes.filter(([, route]) => route.query))(
    'in the query of %s is refused',
    async (_name, route) => {
      const { status, text } = await send(route, { query: '?surprise=1' })
      expect(status).toBe(400)
      expect(text).toContain('surprise')
    },
  )

  test('in a message is refused, and the socket stays', async () => {
    const socket = await server.connect(await server.person({ roles: ['admin'] }))
    for (const method of Object.keys(clientMessages) as ClientMethod[]) {
      const answer = await socket.ask(method, { surprise: 1 })
      expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input' } })
      expect(JSON.stringify(answer), method).toContain('surprise')
    }
  })
})
