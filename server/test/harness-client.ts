/** A client as the contract describes one: typed HTTP calls, and a socket that asks and listens. */
import type { AnswerFrame, EventFrame } from '@peerlearn/contract/channel'
import { subprotocol } from '@peerlearn/contract/channel'
import type {
  ClientInput,
  ClientMethod,
  ClientNotice,
  ClientNotices,
  ClientOutput,
} from '@peerlearn/contract/client-channel'
import type { ErrorBody } from '@peerlearn/contract/errors'
import type { ResponseOf, Route } from '@peerlearn/contract/route'
import { WebSocket } from 'ws'
import type { z } from 'zod'

/** A refusal as a client sees it: `expect(...).rejects.toMatchObject({ code: 'forbidden' })`. */
export class Refused extends Error {
  readonly code: string
  readonly status: number | undefined
  readonly details: Record<string, string> | undefined

  constructor({ code, message, details }: ErrorBody, status?: number) {
    super(`${code}: ${message}`)
    this.code = code
    this.status = status
    this.details = details
  }
}

type Given<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType
  ? { [P in K]: K extends 'query' ? Partial<z.output<R[K]>> : z.input<R[K]> }
  : Record<never, never>
export type CallInput<R extends Route> = Given<R, 'params'> & Given<R, 'query'> & Given<R, 'body'>

interface Loose {
  params?: Record<string, string>
  query?: Record<string, unknown>
  body?: unknown
}

export interface Signed {
  token: string
}

/** Calls a route of the contract. Throws Refused for a refusal. */
export async function call<R extends Route>(
  url: string,
  route: R,
  input: CallInput<R>,
  person?: Signed,
): Promise<ResponseOf<R>> {
  const { params = {}, query = {}, body } = input as Loose // every route is alike inside
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
  const search = new URLSearchParams(
    Object.entries(query).map(([name, value]) => [name, String(value)]), // undefined is not given in tests
  )
  const response = await fetch(`${url}${path}${search.size ? `?${search.toString()}` : ''}`, {
    method: route.method.toUpperCase(),
    headers: {
      ...(person && { authorization: `Bearer ${person.token}` }),
      ...(body !== undefined && { 'content-type': route.consumes?.types[0] ?? 'application/json' }),
    },
    ...(body !== undefined && {
      body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
    }),
  })
  if (response.ok && route.produces) return new Uint8Array(await response.arrayBuffer()) as ResponseOf<R>
  const answer: unknown = await response.json()
  if (response.ok) return answer as ResponseOf<R> // tests of strictness parse it; here it is believed
  throw new Refused((answer as { error: ErrorBody }).error, response.status)
}

interface Opening {
  url: string
  ticket?: string | undefined
  /** `null`: none is sent. */
  origin?: string | null
  /** Another Host header than the address's own. */
  host?: string
}

/** One socket. `events` holds everything that was told, in order. */
export class TestSocket {
  readonly ws: WebSocket
  readonly events: EventFrame[] = []
  /** How the server closed it, or how the upgrade was refused (code 0, reason `Unexpected server response: 403`). */
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #waiting = new Map<number, (answer: AnswerFrame) => void>()
  readonly #listeners = new Set<() => void>()
  #nextId = 1

  constructor({ url, ticket, origin = url, host }: Opening) {
    const protocols = ticket === undefined ? [subprotocol] : [subprotocol, `ticket.${ticket}`]
    this.ws = new WebSocket(`${url.replace(/^http/, 'ws')}/ws`, protocols, {
      ...(origin !== null && { origin }),
      ...(host && { headers: { host } }),
    })
    this.ws.on('message', (data) =>
      this.#hear(JSON.parse((data as Buffer).toString()) as AnswerFrame | EventFrame),
    )
    this.closed = new Promise((done) => {
      this.ws.once('error', (error) => done({ code: 0, reason: error.message }))
      this.ws.once('close', (code, reason) => done({ code, reason: String(reason) }))
    })
  }

  /** Resolves when it is open; throws how it was closed instead. */
  async opened(): Promise<this> {
    if (this.ws.readyState === WebSocket.OPEN) return this
    const refused = this.closed.then(({ code, reason }) =>
      Promise.reject(new Error(`closed: ${code} ${reason}`)),
    )
    await Promise.race([new Promise((done) => this.ws.once('open', done)), refused])
    return this
  }

  /** Asks and awaits the answer. Throws Refused for a refusal. */
  async request<M extends ClientMethod>(method: M, data: ClientInput<M>): Promise<ClientOutput<M>> {
    const answer = await this.ask(method, data)
    if (answer.ok) return answer.data as ClientOutput<M> // as the contract declares
    throw new Refused(answer.error)
  }

  /** Sends anything as a request and gives its answer as it came. */
  async ask(method: string, data: unknown): Promise<AnswerFrame> {
    await this.opened()
    const id = this.#nextId++
    const answered = new Promise<AnswerFrame>((done) => this.#waiting.set(id, done))
    this.ws.send(JSON.stringify({ id, method, data }))
    const lost = this.closed.then(({ code, reason }) =>
      Promise.reject(new Error(`${method} was not answered: closed with ${code} ${reason}`)),
    )
    return Promise.race([answered, lost])
  }

  /** The first event of this name (and kind) from the first one ever on; waits for it. */
  async heard<N extends ClientNotice>(
    event: N,
    which: (data: ClientNotices[N]) => boolean = () => true,
    limitMs = 10_000,
  ): Promise<ClientNotices[N]> {
    const find = () => this.all(event).find(which)
    let found = find()
    const { promise: over, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new Error(`${event} was not heard; heard: ${this.#names()}`)),
      limitMs,
    )
    while (found === undefined) {
      await Promise.race([new Promise<void>((next) => this.#listeners.add(next)), over])
      found = find()
    }
    clearTimeout(timer)
    return found
  }

  /** Everything of this name so far. */
  all<N extends ClientNotice>(event: N): ClientNotices[N][] {
    return this.events.filter((frame) => frame.event === event).map(({ data }) => data as ClientNotices[N])
  }

  close(): void {
    this.ws.close()
  }

  #names(): string {
    return this.events.map(({ event }) => event).join(', ') || 'nothing'
  }

  #hear(frame: AnswerFrame | EventFrame): void {
    if ('event' in frame) {
      this.events.push(frame)
      const listeners = [...this.#listeners]
      this.#listeners.clear()
      for (const next of listeners) next()
      return
    }
    this.#waiting.get(frame.id)?.(frame)
    this.#waiting.delete(frame.id)
  }
}
