/** Binds the contract's routes to their handlers: parse, authorise, limit, handle, answer. The only place that knows statuses. */
import { AppError, errorStatus, type ErrorCode } from '@peerlearn/contract/errors'
import {
  namedRole,
  policy,
  refusalOf,
  wordsOfRoles,
  type PolicyName,
  type Rule,
  type Standing,
} from '@peerlearn/contract/policy'
import type { Access, BodyOf, Limit, ParamsOf, QueryOf, ResponseOf, Route } from '@peerlearn/contract/route'
import { raw, type ErrorRequestHandler, type Request, type RequestHandler, type Response } from 'express'
import type { Logger } from 'pino'
import type { z } from 'zod'
import { isAway, notReady } from './db.ts'
import type { Once } from './idempotency.ts'
import { loggedPath } from './request-log.ts'
import { TooManyRequests } from './too-many-requests.ts'

/** Who is calling, from the login and the database, never from the message. */
export interface Who extends Standing {
  userId: string
  loginId: string
  name: string
}

/** Whose data it is: somebody signed in, or somebody suspended with their pass, who has no login. */
export interface DataOwner extends Omit<Who, 'loginId'> {
  loginId: string | null
}

type Caller = Who | DataOwner

/** Access without a login: who calls is known only when a valid token came along. */
type Open = 'anyone' | 'refresh-cookie' | 'signature'

export interface Call<R extends Route> {
  params: ParamsOf<R>
  query: QueryOf<R>
  body: BodyOf<R>
  /** The person signed in; present whenever the route's access asks for a login, else when a valid token came along. */
  who: R['access'] extends 'own-data'
    ? DataOwner
    : R['access'] extends Exclude<Access, Open>
      ? Who
      : Who | undefined
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
  /** The same, and the pass of somebody suspended counts too. */
  identifyOwner: (req: Request) => Promise<DataOwner | undefined>
  /** @throws AppError `too-many-requests`; sets the RateLimit headers */
  limit: (limit: Limit, req: Request, res: Response, who: Caller | undefined) => Promise<void>
  now: () => Date
  once: Once
}

/** Refuses whom the policy refuses. @throws AppError `signed-out`, `forbidden`, `email-unverified`, `second-factor-needed` */
export function authorise(access: PolicyName, who: Caller | undefined, now: Date): void {
  const code = refusalOf(access, who, now)
  if (code) throw new AppError(code, wordsOf[code]?.(access, who) ?? 'Please sign in.')
}

const wordsOf: Partial<Record<ErrorCode, (access: PolicyName, who: Caller | undefined) => string>> = {
  forbidden: (access, who) =>
    `Only ${wordsOfRoles(access)} can do this; you are ${namesOf(who?.roles ?? [])}.`,
  'email-unverified': () => 'Please prove your email first: open the link that we sent you.',
  'second-factor-needed': (access) =>
    access === 'refund'
      ? 'Please prove your second factor again: moving money asks for one that is not older than 15 minutes.'
      : 'Please prove your second factor first.',
}

const namesOf = (roles: Standing['roles']) =>
  roles
    .filter((role) => role !== 'learner' || roles.length === 1)
    .map((role) => namedRole[role])
    .join(' and ')

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
async function admit(route: Route, gate: Gate, req: Request, res: Response): Promise<Caller | undefined> {
  const rule: Rule = policy[route.access]
  const identified: Promise<Caller | undefined> = rule.provesItself
    ? Promise.resolve(undefined)
    : rule.suspended
      ? gate.identifyOwner(req)
      : gate.identify(req)
  await gate.limit(route.limit, req, res, await identified.catch(() => undefined))
  const who = await identified
  authorise(route.access, who, gate.now())
  return who
}

export function expressHandler({ route, handle }: Binding, gate: Gate): RequestHandler {
  const readFile = route.consumes && fileReader(route.consumes)
  return async (req, res) => {
    const who = await admit(route, gate, req, res)
    await readFile?.(req, res)
    const call = {
      params: parse(route.params, req.params),
      query: parse(route.query, req.query),
      body: parse(route.body, req.body ?? {}),
      who,
      req,
      res,
    } as Call<Route> // parsed by the route's own schemas just above
    const key = route.idempotent && who ? req.header('idempotency-key') : undefined
    const answer =
      key === undefined || !who
        ? await handle(call)
        : await gate.once(
            { accountId: who.userId, key, route: route.path, request: [call.params, call.body] },
            () => handle(call),
          )
    res.status(route.status ?? 200)
    if (route.produces) res.type(route.produces).send(asBytes(answer))
    else res.json(answer)
  }
}

/** Reads a file into memory: only of somebody who may send one, and none that says itself that it is too large. */
function fileReader({ types, maxBytes }: NonNullable<Route['consumes']>) {
  const read = raw({ type: [...types], limit: maxBytes })
  return async (req: Request, res: Response) => {
    if (Number(req.header('content-length')) > maxBytes) throw tooLarge()
    await new Promise<void>((resolve, reject) =>
      read(req, res, (error?: unknown) => (error instanceof Error ? reject(error) : resolve())),
    )
  }
}

const tooLarge = () => new AppError('too-large', 'The body is larger than it may be.')

/** Of a route that answers with a file; `send` would make JSON of any other view of bytes than a Buffer. */
const asBytes = (answer: unknown) =>
  answer instanceof Uint8Array ? Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength) : answer

/** The last handler: a refusal as itself, anything else as our bug with an id under which it is logged. */
export const errorHandler =
  (log: Logger): ErrorRequestHandler =>
  (error: unknown, req, res, next) => {
    if (res.headersSent) return next(error)
    const refusal = asRefusal(error)
    if (refusal instanceof TooManyRequests) res.setHeader('Retry-After', refusal.retryAfter)
    if (refusal) return void res.status(errorStatus[refusal.code]).json({ error: refusal.toBody() })
    const requestId = String(res.getHeader('x-request-id'))
    log.error({ err: error, method: req.method, path: loggedPath(req.path) }, 'request failed')
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
  if (type === 'entity.too.large') return tooLarge()
  if (type === 'encoding.unsupported' || type === 'charset.unsupported' || type === 'request.aborted')
    return new AppError('bad-input', 'The body can’t be read.')
  // A body that is not what its Content-Encoding or Content-Length says comes without a type.
  if (error instanceof Error && 'status' in error && error.status === 400)
    return new AppError('bad-input', 'The request can’t be read.')
  if (error instanceof URIError) return new AppError('bad-input', 'The address is not well formed.')
  return undefined
}
