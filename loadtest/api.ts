/** The product's own HTTP, typed by the contract. Where it says "too many requests" we wait as long as it asks for. */
import type { ErrorBody } from '@peerlearn/contract/errors'
import type { ResponseOf, Route } from '@peerlearn/contract/route'
import { setTimeout as sleep } from 'node:timers/promises'

/** A refusal of the product, by its code. */
export class Refused extends Error {
  readonly code: string

  constructor({ code, message }: Pick<ErrorBody, 'code' | 'message'>) {
    super(`${code}: ${message}`)
    this.code = code
  }
}

export interface Wish {
  params?: Record<string, string>
  body?: unknown
  token?: string
  /** Where the request comes from, for a product that is told to believe it (TRUST_PROXY). */
  address?: string
}

export async function call<R extends Route>(url: string, route: R, wish: Wish): Promise<ResponseOf<R>> {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => wish.params?.[name] ?? '')
  for (;;) {
    const response = await fetch(url + path, {
      method: route.method.toUpperCase(),
      headers: {
        origin: url,
        ...(wish.token && { authorization: `Bearer ${wish.token}` }),
        ...(wish.address && { 'x-forwarded-for': wish.address }),
        ...(wish.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(wish.body !== undefined && { body: JSON.stringify(wish.body) }),
      signal: AbortSignal.timeout(30_000),
    })
    const answer: unknown = await response.json()
    if (response.ok) return answer as ResponseOf<R> // as the contract declares
    if (response.status !== 429) throw new Refused((answer as { error: ErrorBody }).error)
    await sleep(Number(response.headers.get('retry-after') ?? 1) * 1000 + Math.random() * 1000)
  }
}
