/** The HTTP side: what every request passes, in order, and then the routes. */
import { AppError } from '@peerlearn/contract/errors'
import { paymentRoutes } from '@peerlearn/contract/payments'
import express, { type Express, type RequestHandler } from 'express'
import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { errorHandler, expressHandler, type Binding, type Gate } from './http.ts'
import { parseJson } from './json.ts'
import { pageRules } from './page-rules.ts'
import { requestLog } from './request-log.ts'

interface HttpParts {
  config: Config
  log: Logger
  gate: Gate
  bindings: Binding[]
  /** Routers and handlers that are not of the contract: health, docs, the client's files. */
  others: RequestHandler[]
}

const bodyLimit = '256kb'

/** What body-parser would take, and we don't; it tells the two alike by `type`. */
function refuseUnclear(_req: unknown, _res: unknown, body: Buffer): void {
  if (body.length === 0) return
  try {
    parseJson(body.toString())
  } catch (cause) {
    throw Object.assign(new SyntaxError('not a body of ours', { cause }), { type: 'entity.parse.failed' })
  }
}

export function createHttpApp({ config, log, gate, bindings, others }: HttpParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('trust proxy', config.TRUST_PROXY)
  app.set('query parser', 'simple')
  app.use(requestLog(log), ...pageRules(config), ...others)
  // Answers are a person's own and of this moment.
  app.use('/api', (_req, res, next) => {
    res.setHeader('Cache-Control', 'no-store')
    next()
  })
  // Its signature is over the bytes as they came.
  app.use(paymentRoutes.webhook.path, express.raw({ type: () => true, limit: bodyLimit }))
  app.use('/api', express.json({ limit: bodyLimit, strict: true, verify: refuseUnclear }))
  for (const binding of bindings) app[binding.route.method](binding.route.path, expressHandler(binding, gate))
  app.use(() => {
    throw new AppError('not-found', 'There is nothing at this address.')
  })
  app.use(errorHandler(log))
  return app
}
