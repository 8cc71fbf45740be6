/** `call(sessionRoutes.get, { params: { id } })`: any route of the contract, as the person who is signed in. */
import type { ResponseOf, Route } from '@peerlearn/contract/route'
import { access } from './access.ts'
import { ApiError, request } from './request.ts'
import type { CallInput } from './request.ts'

export { ApiError } from './request.ts'

/**
 * Sends the request with this person's token, renewing it when it is about to run out or is refused. Throws an ApiError:
 * `network` when no answer came, `signed-out` when the login has ended, else what the server says.
 */
export async function call<R extends Route>(route: R, input: CallInput<R>): Promise<ResponseOf<R>> {
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
