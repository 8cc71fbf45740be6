/** Gives every request an id, and writes one line for it: never its query, body or headers. */
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Logger } from 'pino'
import { withRequest } from './log.ts'

/** An id that came along is kept (a proxy's, for one story through all logs) if it is only an id. */
const idShape = /^[\w.-]{8,64}$/

/** The address of somebody's calendar is a secret, and so is the one that stops their mails. */
export const loggedPath = (path: string): string =>
  path.replace(/^(\/api\/calendar\/|\/unsubscribe\/).+$/, '$1…')

export const requestLog =
  (log: Logger): RequestHandler =>
  (req, res, next) => {
    const given = req.header('x-request-id') ?? ''
    const requestId = idShape.test(given) ? given : randomUUID()
    const begun = performance.now()
    const { method } = req
    const path = loggedPath(req.path)
    res.setHeader('x-request-id', requestId)
    withRequest(requestId, () => {
      res.on('close', () => {
        const ms = Math.round(performance.now() - begun)
        const line = { method, path, status: res.statusCode, ms, ...(!res.writableFinished && { cut: true }) }
        // Files and health are asked for all the time.
        if (path.startsWith('/api/')) log.info(line, 'request')
        else log.debug(line, 'request')
      })
      next()
    })
  }
