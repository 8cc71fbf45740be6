/** What was just done, for the page of the session that it leads to: said there once, beside the next step. */
import type { Said } from './pay-acts.ts'

let done: { sessionId: string; words: string } | undefined

export const arriveWith = (sessionId: string, words: string): void => void (done = { sessionId, words })

/** What this page has to say of it, if anything; whatever was kept is forgotten. */
export function takeArrival(sessionId: string): Said | undefined {
  const said: Said | undefined =
    done?.sessionId === sessionId ? { kind: 'good', words: done.words } : undefined
  done = undefined
  return said
}
