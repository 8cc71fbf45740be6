/** Plain HTTP with a cookie jar, as a browser has one: for the routes that live by their cookies. */
import type { ErrorBody } from '@peerlearn/contract/errors'
import type { ResponseOf, Route } from '@peerlearn/contract/route'

interface Answer {
  status: number
  code: string | undefined
  details: Record<string, string> | undefined
  body: unknown
  readonly headers: Headers
}

export class Browser {
  readonly #url: string
  readonly #userAgent: string
  readonly #cookies = new Map<string, string[]>()
  /** Sent as the page's origin; its own unless changed. */
  origin: string
  /** The access token of somebody who is signed in here; none unless set. */
  bearer: string | undefined

  constructor(url: string, userAgent = 'a test') {
    this.#url = url
    this.#userAgent = userAgent
    this.origin = url
  }

  /** Another tab or a thief: it has the cookies as they are now. */
  copy(): Browser {
    const other = new Browser(this.#url, this.#userAgent)
    for (const [name, cookie] of this.#cookies) other.#cookies.set(name, cookie)
    return other
  }

  cookie(name: string): string | undefined {
    return this.#find(name)?.[0]?.split('=')[1] || undefined
  }

  attributes(name: string): string[] {
    return this.#find(name)?.slice(1) ?? []
  }

  /** Posts and gives the answer, refused or not. */
  async post(route: Route, body: unknown): Promise<Answer> {
    const response = await fetch(`${this.#url}${route.path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: this.origin,
        'user-agent': this.#userAgent,
        ...(this.bearer && { authorization: `Bearer ${this.bearer}` }),
        cookie: [...this.#cookies.values()].map(([pair]) => pair).join('; '),
      },
      body: JSON.stringify(body),
    })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    const answer = (await response.json()) as { error?: ErrorBody }
    const { code, details } = answer.error ?? {}
    const seen = { status: response.status, code, details, body: answer }
    // Beside the answer: two of them are alike although their headers carry other ids.
    return Object.defineProperty(seen, 'headers', { value: response.headers }) as Answer
  }

  /** Posts and gives what the route answers. */
  async ok<R extends Route>(route: R, body: unknown): Promise<ResponseOf<R>> {
    const answer = await this.post(route, body)
    if (answer.code !== undefined) throw new Error(`${route.path}: ${answer.status} ${answer.code}`)
    return answer.body as ResponseOf<R> // the route's own answer
  }

  #find(name: string): string[] | undefined {
    return [...this.#cookies].find(([known]) => known.startsWith(`peerlearn_${name}`))?.[1]
  }

  #keep(line: string): void {
    const parts = line.split(';').map((part) => part.trim())
    const [name = '', value] = parts[0]!.split('=')
    if (value) this.#cookies.set(name, parts)
    else this.#cookies.delete(name)
  }
}
