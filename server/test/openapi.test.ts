/** The API's documentation says what the server does, and its page loads nothing from elsewhere. */
import { policy } from '@peerlearn/contract/policy'
import { beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from './harness.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })
const html = { accept: 'text/html' }

describe('the documentation', () => {
  test('is an OpenAPI 3.1 document of every route', async () => {
    const document = (await (await get('/api/docs/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, object>
    }
    expect(document.openapi).toBe('3.1.0')
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    const served = server.app.bindings.map(
      ({ route }) => `${route.method} ${route.path.replace(/:(\w+)/g, '{$1}')}`,
    )
    expect(documented.sort()).toEqual(served.sort())
    expect(await (await get('/api/docs', { accept: 'application/json' })).json()).toEqual(document)
  })

  test('says which routes need a login, and which take an Idempotency-Key', async () => {
    type Operation = { security: object[]; responses: object; parameters?: { in: string; name: string }[] }
    const { paths } = (await (await get('/api/docs/openapi.json')).json()) as {
      paths: Record<string, Record<string, Operation>>
    }
    for (const { route } of server.app.bindings) {
      const operation = paths[route.path.replace(/:(\w+)/g, '{$1}')]![route.method]!
      const needsLogin = policy[route.access].login
      expect(
        operation.security.some((one) => 'login' in one),
        route.path,
      ).toBe(needsLogin)
      if (needsLogin) expect(operation.responses, route.path).toHaveProperty('401')
      const keyed = operation.parameters?.some((one) => one.in === 'header' && one.name === 'Idempotency-Key')
      expect(keyed ?? false, route.path).toBe('idempotent' in route)
    }
  })

  test('is a page that loads nothing from elsewhere', async () => {
    const page = await (await get('/api/docs', html)).text()
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!)
    expect(files).toHaveLength(4)
    for (const file of files) expect((await get(file)).status, file).toBe(200)
    expect((await get('/api/docs/package.json')).status).toBe(404)
  })
})
