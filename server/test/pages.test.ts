/** What is not of the contract: pages, health, and the rules that hold on every answer. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { documentRoutes } from '@peerlearn/contract/documents'
import { paymentRoutes } from '@peerlearn/contract/payments'
import { authRoutes } from '@peerlearn/contract/auth'
import { userRoutes } from '@peerlearn/contract/users'
import { beforeAll, describe, expect, test } from 'vitest'
import { closeLater, startServer, type TestServer } from './harness.ts'

function builtClient(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peerlearn-client-'))
  closeLater(() => Promise.resolve(rmSync(folder, { recursive: true })))
  mkdirSync(join(folder, 'client', 'assets'), { recursive: true })
  writeFileSync(join(folder, 'secret.txt'), 'not for anybody')
  writeFileSync(join(folder, 'client', 'index.html'), '<!doctype html><title>PeerLearn</title>')
  writeFileSync(
    join(folder, 'client', 'assets', 'main-B1x9.js'),
    `console.log(${JSON.stringify('a'.repeat(5000))})`,
  )
  return join(folder, 'client')
}

let server: TestServer
beforeAll(async () => {
  server = await startServer({ env: { CLIENT_DIR: builtClient() } })
})
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers })
const html = { accept: 'text/html' }

describe('the client', () => {
  test.each(['/', '/sessions', '/sessions/123/room', '/no/such/page'])('is the page at %s', async (path) => {
    const response = await get(path, html)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    expect(await response.text()).toContain('<title>PeerLearn</title>')
  })

  test.each(['br', 'gzip'])(
    'comes compressed by %s, and for ever where its name tells its content',
    async (encoding) => {
      const response = await get('/assets/main-B1x9.js', { 'accept-encoding': encoding })
      expect(response.headers.get('content-encoding')).toBe(encoding)
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(response.headers.get('content-type')).toContain('javascript')
      expect(await response.text()).toContain('aaaa')
    },
  )

  test('is not sent again to who has it', async () => {
    const etag = (await get('/', html)).headers.get('etag')!
    expect((await get('/', { ...html, 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(
      304,
    )
  })

  test('that is missing is not the page', async () => {
    expect((await get('/assets/old-0000.js', { accept: '*/*' })).status).toBe(404)
    expect((await get('/api/nothing', html)).status).toBe(404)
    expect((await get('/health/nothing', html)).status).toBe(404)
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..\\secret.txt',
  ])('gives nothing else of the disk at %s', async (path) => {
    expect(await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).not.toContain(
      'not for anybody',
    )
  })
})

/** What a client that follows no rules gets. */
function raw(request: string): Promise<string> {
  return new Promise((done) => {
    let answer = ''
    const socket = connect(Number(new URL(server.url).port), 'localhost', () => socket.write(request))
    socket.on('data', (chunk) => (answer += String(chunk)))
    socket.on('close', () => done(answer))
  })
}

describe('every answer', () => {
  test.each(['/', '/api/sessions', '/api/nothing', '/health/live', '/api/docs'])(
    '%s brings the rules of our pages',
    async (path) => {
      const { headers } = await get(path, html)
      const policy = headers.get('content-security-policy')!
      const { host } = new URL(server.url)
      for (const rule of [
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        `connect-src 'self' ws://${host};`,
      ])
        expect(policy).toContain(rule)
      expect(policy).not.toMatch(/unsafe|https?:|\*/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('strict-origin-when-cross-origin')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('permissions-policy')).toContain(
        'camera=(self), microphone=(self), display-capture=(self), speaker-selection=(self)',
      )
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/)
      expect(headers.get('x-powered-by')).toBeNull()
    },
  )

  test('names no host that a forged Host header names', async () => {
    const answer = await raw(
      'GET / HTTP/1.1\r\nHost: evil.example; script-src *\r\nConnection: close\r\n\r\n',
    )
    expect(answer).not.toContain('evil.example')
  })

  test('lets Razorpay in where people pay for real, and there alone', async () => {
    const paid = await startServer({ env: { CLIENT_DIR: builtClient() } })
    const trial = await startServer({
      env: { CLIENT_DIR: builtClient(), RAZORPAY_API_URL: 'http://127.0.0.1:9' },
    })
    const policy = async (url: string, path: string) =>
      (await fetch(`${url}${path}`, { headers: html })).headers.get('content-security-policy')!
    expect(await policy(paid.url, '/sessions/123')).toMatch(
      /script-src 'self' https:\/\/checkout\.razorpay\.com https:\/\/api\.razorpay\.com/,
    )
    expect(await policy(paid.url, '/sessions/123/room')).not.toContain('razorpay')
    expect(await policy(paid.url, '/sessions')).not.toContain('razorpay')
    expect(await policy(trial.url, '/sessions/123')).not.toContain('razorpay')
  })

  test('over https tells browsers to stay there', async () => {
    expect((await get('/')).headers.get('strict-transport-security')).toBeNull()
    const secure = await startServer({ env: { PUBLIC_URL: 'https://learn.example.org' } })
    const { headers } = await fetch(`${secure.url}/health/live`)
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
  })
})

describe('a request', () => {
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    fetch(`${server.url}${authRoutes.login.path}`, { method: 'POST', headers, body })

  test('that is not JSON is refused', async () => {
    expect(await (await post('{"email":')).json()).toMatchObject({ error: { code: 'bad-json' } })
    expect((await post('['.repeat(200_000))).status).toBe(400)
  })

  test('whose body is not what its headers say is refused', async () => {
    const packed = await post('not packed', {
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    })
    expect([packed.status, await packed.json()]).toMatchObject([400, { error: { code: 'bad-input' } }])
  })

  test('over 256 kB is refused, also with Razorpay’s name on it', async () => {
    expect(await (await post(`"${'x'.repeat(257 * 1024)}"`)).json()).toMatchObject({
      error: { code: 'too-large' },
    })
    const hook = await fetch(`${server.url}${paymentRoutes.webhook.path}`, {
      method: 'POST',
      body: 'x'.repeat(257 * 1024),
    })
    expect(hook.status).toBe(413)
  })

  test('says how many more may come, and is refused with a time when there are none', async () => {
    const person = await server.person()
    const document = documentRoutes.pdf.path.replace(':id', crypto.randomUUID())
    const ask = ({ token } = person) => get(document, { authorization: `Bearer ${token}` })
    const first = await ask()
    expect(first.headers.get('ratelimit-limit')).toBe('10')
    expect(first.headers.get('ratelimit-remaining')).toBe('9')
    expect(Number(first.headers.get('ratelimit-reset'))).toBeGreaterThan(0)
    for (let i = 1; i < 10; i++) expect((await ask()).status).toBe(404)
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ error: { code: 'too-many-requests' } })
    expect((await ask(await server.person())).status).toBe(404)
  })

  test('keeps the id that a proxy gave it, but nothing that is no id', async () => {
    expect(
      (await get('/health/live', { 'x-request-id': 'proxy-12345678' })).headers.get('x-request-id'),
    ).toBe('proxy-12345678')
    expect((await get('/health/live', { 'x-request-id': 'a b{}' })).headers.get('x-request-id')).toMatch(
      /^[\w-]{36}$/,
    )
  })

  test('is not believed about its address without a proxy', async () => {
    const ask = (address: string) => get(userRoutes.mentors.path, { 'x-forwarded-for': address })
    const left = Number((await ask('203.0.113.1')).headers.get('ratelimit-remaining'))
    expect(Number((await ask('203.0.113.2')).headers.get('ratelimit-remaining'))).toBe(left - 1)
  })
})

describe('health', () => {
  test('lives without a database, and is not ready', async () => {
    const lost = await startServer({ databaseUrl: 'postgres://nobody@127.0.0.1:9/none' })
    expect((await fetch(`${lost.url}/health/live`)).status).toBe(200)
    const ready = await fetch(`${lost.url}/health/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({ checks: { database: 'does not answer' } })
  })

  test('is not ready without a media node, and says so', async () => {
    const ready = await get('/health/ready')
    expect(ready.status).toBe(503)
    expect(await ready.json()).toEqual({
      status: 'not ready',
      checks: { database: 'ok', migrations: 'ok', media: 'no media node is connected' },
    })
  })
})
