/** The contract as an OpenAPI 3.1 document at `/api/docs/openapi.json`, and as a page at `/api/docs`. */
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { api } from '@peerlearn/contract/api'
import { errorAnswer } from '@peerlearn/contract/errors'
import { policy, type Rule } from '@peerlearn/contract/policy'
import type { Access, Route } from '@peerlearn/contract/route'
import express, { Router, type RequestHandler } from 'express'
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi'

const require = createRequire(import.meta.url)

/** What a request proves itself by; undefined: it needs no proof. */
function schemeOf(access: Access): string | undefined {
  const rule: Rule = policy[access]
  if (rule.login) return 'login'
  return { 'refresh-cookie': 'refreshCookie', signature: 'signature' }[access as string]
}

const idempotencyKey = z.string().min(8).max(100).optional().meta({
  description: 'The same request with the same key takes effect once and has one answer, for a day',
})

const json = (schema: z.ZodType) => ({ 'application/json': { schema } })
const bytes = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } as const }]))

const error = (description: string) => ({
  description,
  content: { 'application/json': { schema: errorAnswer } },
})

function operation(tag: string, name: string, route: Route): ZodOpenApiOperationObject {
  const { access, params, query, body, response, summary, status = 200 } = route
  const { produces, consumes, idempotent } = route
  const scheme = schemeOf(access)
  return {
    operationId: `${tag}.${name}`,
    tags: [tag],
    summary,
    description: `Access: ${access}.`,
    security: scheme ? [{ [scheme]: [] }] : [],
    requestParams: {
      ...(params && { path: params }),
      ...(query && { query }),
      ...(idempotent && { header: z.object({ 'Idempotency-Key': idempotencyKey }) }),
    },
    ...(body && { requestBody: { required: true, content: consumes ? bytes(consumes.types) : json(body) } }),
    responses: {
      [String(status)]: { description: 'Done', content: produces ? bytes([produces]) : json(response) },
      ...((params ?? query ?? body) && {
        400: error('`bad-input`, `bad-json`: the request is not as declared'),
      }),
      ...(scheme && { 401: error('`signed-out`: no login, or one that has ended') }),
      429: error('`too-many-requests`: wait as long as Retry-After says'),
      default: error('A refusal: its `code` is stable'),
    },
  }
}

function openApiDocument() {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {}
  for (const [tag, routes] of Object.entries(api) as [string, Record<string, Route>][])
    for (const [name, route] of Object.entries(routes)) {
      const path = route.path.replace(/:(\w+)/g, '{$1}')
      paths[path] = { ...paths[path], [route.method]: operation(tag, name, route) }
    }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'PeerLearn',
      version: '1',
      description:
        'Sessions, seats, payments and the way into the live room. The room itself is on the WebSocket `/ws`.',
    },
    paths,
    components: {
      securitySchemes: {
        login: { type: 'http', scheme: 'bearer', description: 'The access token of /api/auth/login' },
        refreshCookie: { type: 'apiKey', in: 'cookie', name: 'peerlearn_refresh' },
        signature: { type: 'apiKey', in: 'header', name: 'x-razorpay-signature' },
      },
    },
  })
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PeerLearn API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<link rel="icon" href="/api/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/init.js"></script>
</body>
</html>
`

const init = `SwaggerUIBundle({ url: '/api/docs/openapi.json', dom_id: '#swagger-ui', deepLinking: true })\n`

/** Swagger UI's own files and nothing else of its package. */
const files = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']

export function docsRoutes(): Router {
  const document = JSON.stringify(openApiDocument(), null, 2)
  const router = Router()
  const sendDocument: RequestHandler = (_req, res) => void res.type('json').send(document)
  router.get('/api/docs/openapi.json', sendDocument)
  router.get('/api/docs/init.js', (_req, res) => void res.type('js').send(init))
  router.get('/api/docs', (req, res, next) => {
    if (req.accepts(['html', 'json']) === 'json') return sendDocument(req, res, next)
    res.type('html').send(page)
  })
  const assets = express.static(dirname(require.resolve('swagger-ui-dist/package.json')), { index: false })
  router.use('/api/docs', (req, res, next) => {
    if (files.includes(req.path.slice(1))) assets(req, res, next)
    else next()
  })
  return router
}
