/** One HTTP request as the contract declares it: the path, the types and the error codes come from there. */
import type { z } from 'zod'
import type { ErrorBody, ErrorCode } from '@peerlearn/contract/errors'
import type { ResponseOf, Route } from '@peerlearn/contract/route'

/** Longer than any honest answer: past it we say that the server is out of reach. */
const patienceMs = 20_000

/** `network`: no answer came, or one that is not the server's. Every other code is the contract's. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'network'
  /** Field → words for a person. */
  readonly details: Record<string, string>

  constructor(code: ErrorCode | 'network', message: string, details: Record<string, string> = {}) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.details = details
  }
}

type Given<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType
  ? // What a query leaves out gets its default from the server.
    { [P in K]: K extends 'query' ? Partial<z.output<R[K]>> : z.input<R[K]> }
  : Record<never, never>

/** What a caller of this route hands over. */
export type CallInput<R extends Route> = Given<R, 'params'> &
  Given<R, 'query'> &
  Given<R, 'body'> & {
    signal?: AbortSignal
    /** Media type of a body that is a file. */
    type?: string
    /** The same request again, of a route that takes effect once for each key. */
    key?: string
  }

interface Loose {
  params?: Record<string, string>
  query?: Record<string, string | number | undefined>
  body?: unknown
  signal?: AbortSignal
  type?: string
  key?: string
}

function address(route: Route, { params = {}, query = {} }: Loose): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value))
  return search.size ? `${path}?${search}` : path
}

const unreachable = () =>
  new ApiError(
    'network',
    navigator.onLine
      ? 'The server can’t be reached right now. Try again in a moment.'
      : 'You’re offline. Check your connection and try again.',
  )

async function answerOf(route: Route, response: Response): Promise<unknown> {
  if (response.ok && route.produces) return new Uint8Array(await response.arrayBuffer())
  const answer: unknown = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer
  const { error } = (answer ?? {}) as { error?: ErrorBody } // our server's only shape of refusal
  if (!error) throw unreachable()
  throw new ApiError(error.code, error.message, error.details)
}

const bodyOf = (route: Route, body: unknown): BodyInit =>
  route.consumes ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body) // bytes, by the contract

/** Sends it and answers the parsed response; throws an ApiError, or the abort of `signal`. */
export async function request<R extends Route>(
  route: R,
  input: CallInput<R>,
  token?: string,
): Promise<ResponseOf<R>> {
  const loose = input as Loose // the precise type serves the caller; inside every route is alike
  const limit = AbortSignal.timeout(patienceMs)
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token) headers.authorization = `Bearer ${token}`
  if (loose.key) headers['idempotency-key'] = loose.key
  if (loose.body !== undefined) headers['content-type'] = loose.type ?? 'application/json'
  try {
    const response = await fetch(address(route, loose), {
      method: route.method.toUpperCase(),
      headers,
      ...(loose.body !== undefined && { body: bodyOf(route, loose.body) }),
      signal: loose.signal ? AbortSignal.any([loose.signal, limit]) : limit,
    })
    return (await answerOf(route, response)) as ResponseOf<R> // the server answers as the same contract declares
  } catch (error) {
    if (error instanceof ApiError || loose.signal?.aborted) throw error
    throw unreachable()
  }
}
