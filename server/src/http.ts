/** Binds the contract's routes to their handlers: parse, authorise, limit, handle, answer. The only place that knows statuses. */
import { AppError, errorStatus } from '@peerlearn/contract/errors'
import type { Access, BodyOf, Limit, ParamsOf, QueryOf, ResponseOf, Route } from '@peerlearn/contract/route'
import type { Role } from '@peerlearn/contract/base'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { isAway, notReady } from './db.ts'
import { TooManyRequests } from './too-many-requests.ts'

/** Who is calling, from the login and the database, never from the message. */
export interface Who {
  userId: string
  loginId: string
  role: Role
  name: string
}

export interface Call<R extends Route> {
  params: ParamsOf<R>
  query: QueryOf<R>
  body: BodyOf<R>
  /** The person signed in; present whenever the route's access asks for a login, else when a valid token came along. */
  who: R['access'] extends 'signed-in' | Role ? Who : Who | undefined
  req: Request
  res: Response
}

/** A route with its handler, ready to be mounted by app.ts. */
export interface Binding {
  route: Route
  handle: (call: Call<Route>) => Promise<unknown>
}

/** Ties a declared route to its handler with both ends typed by the declaration. */
export const on = <R extends Route>(
  route: R,
  handle: (call: Call<R>) => Promise<ResponseOf<R>>,
): Binding => ({
  route,
  // It is called with what its own route parsed, and with nothing else.
  handle,
})

export interface Gate {
  /** The caller of a bearer token; undefined without one. @throws AppError `signed-out` for a bad or dead one */
  identify: (req: Request) => Promise<Who | undefined>
  /** @throws AppError `too-many-requests`; sets the RateLimit headers */
  limit: (limit: Limit, req: Request, res: Response, who: Who | undefined) => Promise<void>
}

const roles: readonly Access[] = ['learner', 'mentor', 'admin']

/** Refuses a caller whose role the route does not name. */
export function authorise(access: Access, who: Who | undefined): void {
  if (access === 'anyone' || access === 'refresh-cookie' || access === 'signature') return
  if (!who) throw new AppError('signed-out', 'Please sign in.')
  if (roles.includes(access) && who.role !== access)
    throw new AppError('forbidden', `Only a ${access} can do this; you are signed in as ${who.role}.`)
}

/** `details` of a refused input: the path of each field at fault and why, ten at most. */
export function inputDetails(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(
    error.issues.slice(0, 10).map((issue) => [issue.path.join('.') || '(input)', issue.message]),
  )
}

function parse(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return undefined
  const parsed = schema.safeParse(value)
  if (!parsed.success)
    throw new AppError('bad-input', 'Some of this can’t be used as it is.', inputDetails(parsed.error))
  return parsed.data
}

/** Who calls, counted against the route's limit: a token that is refused counts too, for its address. */
async function admit(route: Route, gate: Gate, req: Request, res: Response): Promise<Who | undefined> {
  const provesItself = route.access === 'refresh-cookie' || route.access === 'signature'
  const identified = provesItself ? Promise.resolve(undefined) : gate.identify(req)
  await gate.limit(route.limit, req, res, await identified.catch(() => undefined))
  const who = await identified
  authorise(route.access, who)
  return who
}

export function expressHandler({ route, handle }: Binding, gate: Gate): RequestHandler {
  return async (req, res) => {
    const who = await admit(route, gate, req, res)
    const call = {
      params: parse(route.params, req.params),
      query: parse(route.query, req.query),
      body: parse(route.body, req.body ?? {}),
      who,
      req,
      res,
    } as Call<Route> // parsed by the route's own schemas just above
    const answer = await handle(call)
    res.status(route.status ?? 200).json(answer)
  }
}

/** The last handler: a refusal as itself, anything else as our bug with an id under which it is logged. */
export const errorHandler =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error)
    const refusal = asRefusal(error)
    if (refusal instanceof TooManyRequests) res.setHeader('Retry-After', refusal.retryAfter)
    if (refusal) return void res.status(errorStatus[refusal.code]).json({ error: refusal.toBody() })
    const requestId = String(res.getHeader('x-request-id'))
    log.error({ err: error, method: req.method, path: req.path }, 'request failed')
    res
      .status(500)
      .json({ error: { code: 'internal-error', message: `Something broke on our side (${requestId}).` } })
  }

/** body-parser's own errors carry a `type`. */
function asRefusal(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (isAway(error)) return notReady()
  const type = error instanceof Error && 'type' in error ? error.type : undefined
  if (type === 'entity.parse.failed') return new AppError('bad-json', 'The body is not JSON.')
  if (type === 'entity.too.large') return new AppError('too-large', 'The body is larger than 256 kB.')
  if (type === 'encoding.unsupported' || type === 'charset.unsupported' || type === 'request.aborted')
    return new AppError('bad-input', 'The body can’t be read.')
  // A body that is not what its Content-Encoding or Content-Length says comes without a type.
  if (error instanceof Error && 'status' in error && error.status === 400)
    return new AppError('bad-input', 'The request can’t be read.')
  if (error instanceof URIError) return new AppError('bad-input', 'The address is not well formed.')
  return undefined
}
