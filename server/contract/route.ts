/** How an HTTP route is declared: once, here; the server binds it, the client calls it, OpenAPI tells it. */
import { z } from 'zod'
import type { PolicyName } from './policy.ts'

/**
 * Who may call a route; policy.ts says what each means. `anyone`: no login needed. `signed-in`: any live login. `own-data`:
 * that, or the pass of somebody suspended. `learner`: with a proved email. `mentor`, `admin`, `owner`: with that role (owners are admins too, admins are not mentors).
 * `refund`: an admin who has just proved a second factor. `refresh-cookie`, `signature`: the request proves itself.
 * What belongs to one person (a session's own mentor, a booking's own learner) is decided by the feature.
 */
export type Access = Exclude<PolicyName, 'booked' | 'in-room' | 'room-mentor'>

/** Which limit a route counts against, in requests a minute and address. */
export type Limit = 'auth' | 'payments' | 'sessions' | 'webrtc' | 'none'

export interface Route {
  method: 'get' | 'post' | 'put' | 'delete'
  /** Path with `:name` parameters, under the origin. */
  path: string
  access: Access
  limit: Limit
  summary: string
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  response: z.ZodType
  /** Status of success; 200 unless given. */
  status?: number
  /** Takes the header `Idempotency-Key`: the same request with the same key takes effect once and has one answer. */
  idempotent?: true
  /** Media type of an answer that is no JSON, such as `text/csv`; its `response` is `file`. */
  produces?: string
  /** The body is a file of one of these media types, so large at most; its `body` is `upload`. */
  consumes?: { types: readonly string[]; maxBytes: number }
}

/** A file as an answer. */
export const file = z.custom<Uint8Array | string>()
/** A file as a body: its bytes. */
export const upload = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'The body is not a file.')

export type ParamsOf<R extends Route> = R['params'] extends z.ZodType ? z.output<R['params']> : undefined
export type QueryOf<R extends Route> = R['query'] extends z.ZodType ? z.output<R['query']> : undefined
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.output<R['body']> : undefined
export type ResponseOf<R extends Route> = z.input<R['response']>

/** Keeps a route's literal types. */
export const route = <const R extends Route>(declared: R): R => declared
