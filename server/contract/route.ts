/** How an HTTP route is declared: once, here; the server binds it, the client calls it, OpenAPI tells it. */
import type { z } from 'zod'

/**
 * Who may call a route. `anyone`: no login needed. `signed-in`: any live login. A role: a login with that role (an
 * admin is not a mentor). `refresh-cookie`, `signature`: the request proves itself by its cookie or its signature.
 * What belongs to one person (a session's own mentor, a booking's own learner) is decided by the feature.
 */
export type Access = 'anyone' | 'signed-in' | 'learner' | 'mentor' | 'admin' | 'refresh-cookie' | 'signature'

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
}

export type ParamsOf<R extends Route> = R['params'] extends z.ZodType ? z.output<R['params']> : undefined
export type QueryOf<R extends Route> = R['query'] extends z.ZodType ? z.output<R['query']> : undefined
export type BodyOf<R extends Route> = R['body'] extends z.ZodType ? z.output<R['body']> : undefined
export type ResponseOf<R extends Route> = z.input<R['response']>

/** Keeps a route's literal types. */
export const route = <const R extends Route>(declared: R): R => declared
