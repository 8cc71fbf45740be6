/** Files that the server makes, kept on the person's disk. */
import type { Route } from '@peerlearn/contract/route'
import { call } from './api.ts'
import { request, type CallInput } from './request.ts'

type FileRoute = Route & { produces: string }

/** Fetches a file of the contract as this person, or as whoever has this pass, and hands it to the browser. Throws an ApiError. */
export async function download<R extends FileRoute>(
  route: R,
  input: CallInput<R>,
  name: string,
  pass?: string,
): Promise<void> {
  const bytes = (await (pass ? request(route, input, pass) : call(route, input))) as Uint8Array<ArrayBuffer> // what a route that `produces` answers
  const address = URL.createObjectURL(new Blob([bytes], { type: route.produces }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
