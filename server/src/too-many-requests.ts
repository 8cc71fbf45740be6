import { AppError } from '@peerlearn/contract/errors'

/** A refusal that says when it is worth trying again: http.ts makes the Retry-After header of it. */
export class TooManyRequests extends AppError {
  /** Seconds. */
  readonly retryAfter: number

  constructor(retryAfter: number, words = 'Too many tries.') {
    super('too-many-requests', `${words} Please wait ${inWords(retryAfter)}.`)
    this.retryAfter = retryAfter
  }
}

const inWords = (s: number) =>
  s === 1 ? 'a second' : s <= 90 ? `${s} seconds` : `${Math.ceil(s / 60)} minutes`
