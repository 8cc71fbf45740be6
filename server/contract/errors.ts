/**
 * Every refusal that a person or a program can act on has one stable code. Over HTTP it arrives as
 * `{error: {code, message, details?}}` with the status given here; over a socket as `{id, ok: false, error}`.
 */
import { z } from 'zod'

/** code → HTTP status. The words that go with it are chosen where it is refused. */
export const errorStatus = {
  'bad-input': 400,
  'bad-json': 400,
  'media-refused': 400,
  'signed-out': 401,
  'wrong-credentials': 401,
  'ticket-invalid': 401,
  'signature-invalid': 400,
  forbidden: 403,
  'email-unverified': 403,
  'second-factor-needed': 403,
  'confirm-needed': 403,
  suspended: 403,
  'not-booked': 403,
  'origin-refused': 403,
  removed: 403,
  'not-on-stage': 403,
  'not-found': 404,
  'email-taken': 409,
  'already-mentor': 409,
  'already-applied': 409,
  'already-decided': 409,
  'last-owner': 409,
  'erase-blocked': 409,
  'link-over': 409,
  'step-over': 409,
  'factor-exists': 409,
  'last-factor': 409,
  'last-way-in': 409,
  'linked-elsewhere': 409,
  'provider-refused': 409,
  'session-full': 409,
  'already-booked': 409,
  'own-session': 409,
  'session-started': 409,
  'session-ended': 409,
  'session-cancelled': 409,
  'not-open': 409,
  'hold-expired': 409,
  'capacity-below-seats': 409,
  'already-given': 409,
  'booking-closed': 409,
  'time-conflict': 409,
  'outside-hours': 409,
  'coupon-refused': 409,
  'pack-empty': 409,
  'seats-free': 409,
  'no-offer': 409,
  'invitation-over': 409,
  'move-refused': 409,
  'policy-promised': 409,
  'key-reused': 409,
  'refund-too-large': 409,
  'refund-refused': 409,
  'payout-refused': 409,
  'not-in-room': 409,
  replaced: 409,
  'peer-lost': 409,
  'room-full': 409,
  'stage-full': 409,
  'limit-reached': 409,
  'too-large': 413,
  'too-many-requests': 429,
  'internal-error': 500,
  'payment-unavailable': 502,
  'payment-failed': 402,
  'provider-unavailable': 502,
  'media-full': 503,
  'media-unavailable': 503,
  'not-ready': 503,
} as const

export type ErrorCode = keyof typeof errorStatus

export const errorCodes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]

/** `details` names the fields at fault: path (dot separated) → words for a person. */
export const errorBody = z
  .strictObject({
    code: z.enum(errorCodes),
    message: z.string(),
    details: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'Error' })

export type ErrorBody = z.infer<typeof errorBody>

export const errorAnswer = z.strictObject({ error: errorBody }).meta({ id: 'ErrorAnswer' })

/** A refusal that its reader can act on. Only http.ts and the sockets turn it into an answer. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, string> | undefined

  constructor(code: ErrorCode, message: string, details?: Record<string, string>) {
    super(message)
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  toBody(): ErrorBody {
    return { code: this.code, message: this.message, ...(this.details && { details: this.details }) }
  }
}
