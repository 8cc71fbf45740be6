/**
 * The frames of both channels, client ⇄ server and server ⇄ sfu: JSON text over a WebSocket.
 * A request carries an id and is answered exactly once; an event is told and not answered.
 */
import { z } from 'zod'
import { errorBody } from './errors.ts'

/** Bytes in one frame of a client; a larger one closes the socket (1009). */
export const maxFrameBytes = 64 * 1024

/** Subprotocol of `/ws`; the ticket follows as a second one, `ticket.<opaque>`, so that it is in no URL. */
export const subprotocol = 'peerlearn.v1'

/** Why a server closes a client's socket. */
export const closeCode = {
  /** Not JSON, not a frame, or an unknown method. */
  protocol: 4400,
  /** No ticket, a used one, or an expired one. */
  ticket: 4401,
  /** The login behind the socket has ended. */
  signedOut: 4403,
  /** No answer to two heartbeats. */
  silent: 4408,
  /** More than 1 MB waited to be sent. */
  slow: 4413,
  /** Too many messages a second, or too many sockets of one person. */
  tooMany: 4429,
  /** The server is stopping: connect again. */
  restart: 1012,
} as const

export const requestFrame = z.strictObject({
  id: z.number().int().nonnegative(),
  method: z.string().max(64),
  data: z.unknown(),
})

export const answerFrame = z.union([
  z.strictObject({ id: z.number().int(), ok: z.literal(true), data: z.unknown() }),
  z.strictObject({ id: z.number().int(), ok: z.literal(false), error: errorBody }),
])

export const eventFrame = z.strictObject({ event: z.string(), data: z.unknown() })

export type RequestFrame = z.infer<typeof requestFrame>
export type AnswerFrame = z.infer<typeof answerFrame>
export type EventFrame = z.infer<typeof eventFrame>

/** A message of a channel: what it takes, what it answers. */
export interface Message<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  input: I
  output: O
}

/** What a caller of this message sends and gets. */
export type InputOf<M extends Message> = z.input<M['input']>
export type ParsedOf<M extends Message> = z.output<M['input']>
export type OutputOf<M extends Message> = z.output<M['output']>
