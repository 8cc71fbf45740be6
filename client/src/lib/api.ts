/** `call(sessionRoutes.get, { params: { id } })`: any route of the contract, as the person who is signed in. */
import type { ResponseOf, Route } from '@peerlearn/contract/route'
import { access } from './access.ts'
import { ApiError, request } from './request.ts'
import { stepUp } from './step-up.svelte.ts'
import type { CallInput } from './request.ts'

export { ApiError } from './request.ts'

/**
 * Sends the request with this person's token, renewing it when it is about to run out or is refused. Throws an ApiError:
 * `network` when no answer came, `signed-out` when the login has ended, else what the server says. Where the server wants
 * to know again that it's them, a dialog asks, and then the request is sent once more.
 */
export async function call<R extends Route>(route: R, input: CallInput<R>): Promise<ResponseOf<R>> {
  try {
    return await callOnce(route, input)
  } catch (error) {
    if (!(error instanceof ApiError) || !(await stepUp.settles(error.code, isQuiet(route)))) throw error
    return callOnce(route, input)
  }
}

/** Pages ask for what they show by themselves; for a file somebody pressed a button. */
const isQuiet = ({ method, produces }: Route) => method === 'get' && !produces

/** Of what costs money a lost answer is asked for again: with its key it takes effect once. */
async function callOnce<R extends Route>(route: R, input: CallInput<R>): Promise<ResponseOf<R>> {
  if (!route.idempotent) return callSigned(route, input)
  const keyed = { ...input, key: newKey() }
  try {
    return await callSigned(route, keyed)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'network') throw error
    return callSigned(route, keyed)
  }
}

const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(36)).join('-')

async function callSigned<R extends Route>(route: R, input: CallInput<R>): Promise<ResponseOf<R>> {
  const token = await access.token()
  try {
    return await request(route, input, token)
  } catch (error) {
    if (!token || !(error instanceof ApiError) || error.code !== 'signed-out') throw error
    const renewed = await access.refresh()
    if (!renewed && route.access !== 'anyone') throw error
    return request(route, input, renewed)
  }
}

/** Words for a person about anything that was thrown. */
export function wordsOf(error: unknown): string {
  if (error instanceof ApiError) return error.message
  console.error(error)
  return 'Something went wrong on this page. Reload it and try again.'
}
