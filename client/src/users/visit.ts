/** What this tab remembers over a visit to another provider: where to go on, and what waits to be linked. */
import { z } from 'zod'
import { asked } from '@peerlearn/contract/proofs'
import type { Asked } from '@peerlearn/contract/proofs'

const nextKey = 'peerlearn.visit.next'
const linkKey = 'peerlearn.visit.link'
const askedKey = 'peerlearn.visit.asked'

const waiting = z.object({ link: z.string(), label: z.string(), email: z.string() })
export type WaitingLink = z.infer<typeof waiting>

export const keepNext = (search: string): void => sessionStorage.setItem(nextKey, search)

/** The query of the sign-in page from which the visit began. */
export function takeNext(): string {
  const search = sessionStorage.getItem(nextKey) ?? ''
  sessionStorage.removeItem(nextKey)
  return search
}

export const keepLink = (link: WaitingLink): void => sessionStorage.setItem(linkKey, JSON.stringify(link))

/** An account elsewhere that is linked once its owner here has signed in. */
export const findLink = (): WaitingLink | undefined => waiting.safeParse(read(linkKey)).data

/** A second factor that is asked after the provider; the sign-in page goes on with it. */
export const keepAsked = (asked: Asked): void => sessionStorage.setItem(askedKey, JSON.stringify(asked))

export function takeAsked(): Asked | undefined {
  const kept = asked.safeParse(read(askedKey)).data
  sessionStorage.removeItem(askedKey)
  return kept
}

function read(key: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null')
  } catch {
    return undefined
  }
}

export const forgetLink = (): void => sessionStorage.removeItem(linkKey)
