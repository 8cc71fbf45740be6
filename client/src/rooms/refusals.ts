/** Every way of not being in the room: its words, and the way on. */
import { SocketError } from '../lib/socket.ts'

export type Ending =
  | 'left'
  | 'ended'
  | 'removed'
  | 'replaced'
  | 'room-full'
  | 'not-booked'
  | 'session-cancelled'
  | 'not-found'
  | 'signed-out'
  | 'unsupported'
  | 'media-full'
  | 'failed'

export interface RoomWords {
  title: string
  text: string
  /** `again`: join (again) from here; `session`: the session's page, under these words; `sessions`: the catalogue. */
  action: { to: 'again' | 'session' | 'sessions' | 'login' | 'reload'; label: string }
  /** A second, quieter way on. */
  other?: { to: 'session' | 'sessions'; label: string }
}

const toSession = { to: 'session', label: 'Back to the session' } as const
const toSessions = { to: 'sessions', label: 'Browse sessions' } as const

/** A mentor is asked for no feedback, and told who ends the class. */
export const wordsOfEnding = (ending: Ending, mentor: boolean): RoomWords =>
  (mentor ? wordsForMentor[ending] : undefined) ?? words[ending]

const words: Record<Ending, RoomWords> = {
  left: {
    title: 'You left the class',
    text: 'It goes on without you. Your seat is kept, so you can come back while it lasts.',
    action: { to: 'again', label: 'Join again' },
    other: toSession,
  },
  ended: {
    title: 'The class has ended',
    text: 'Thank you for taking part. A few words help your mentor and the next learners.',
    action: { to: 'session', label: 'Give feedback' },
    other: toSessions,
  },
  removed: {
    title: 'The mentor removed you from this class',
    text: 'You can’t come back into it. Your other bookings stay as they are.',
    action: toSession,
    other: toSessions,
  },
  replaced: {
    title: 'You are in this class in another tab or device',
    text: 'Your seat moved there. It can be in one place at a time.',
    action: { to: 'again', label: 'Use this one instead' },
    other: toSession,
  },
  'room-full': {
    title: 'The room is full',
    text: 'Everybody it can hold is in it right now. When somebody leaves, there is a place again.',
    action: { to: 'again', label: 'Try again' },
    other: toSession,
  },
  'not-booked': {
    title: 'You have no seat in this class',
    text: 'Book one on the session’s page, then the room opens for you.',
    action: { to: 'session', label: 'See the session' },
    other: toSessions,
  },
  'session-cancelled': {
    title: 'This class was cancelled',
    text: 'The mentor cancelled it. What that means for your booking is on the session’s page.',
    action: { to: 'session', label: 'See the session' },
    other: toSessions,
  },
  'not-found': {
    title: 'There is no such class',
    text: 'The address may be mistyped, or the class is gone.',
    action: toSessions,
  },
  'signed-out': {
    title: 'Sign in to join the class',
    text: 'Your seat belongs to your account.',
    action: { to: 'login', label: 'Sign in' },
    other: toSession,
  },
  unsupported: {
    title: 'This browser can’t join a live class',
    text: 'Open this page in a current Chrome, Edge, Firefox or Safari.',
    action: toSession,
  },
  'media-full': {
    title: 'Our media servers are full',
    text: 'Nobody new can come in at the moment, so that the classes that run stay good. Your seat is kept.',
    action: { to: 'reload', label: 'Try again' },
    other: toSession,
  },
  failed: {
    title: 'The room can’t be reached',
    text: 'Something went wrong on our side. Try again in a moment.',
    action: { to: 'reload', label: 'Try again' },
    other: toSession,
  },
}

const wordsForMentor: Partial<Record<Ending, RoomWords>> = {
  left: {
    ...words.left,
    text: 'It goes on without you until you end it for all. You can come back at any time.',
  },
  ended: { title: 'The class has ended', text: 'Thank you for teaching.', action: toSession },
}

const byCode: Record<string, Ending> = {
  'not-booked': 'not-booked',
  forbidden: 'not-booked',
  removed: 'removed',
  'session-ended': 'ended',
  'session-cancelled': 'session-cancelled',
  'room-full': 'room-full',
  'not-found': 'not-found',
  'bad-input': 'not-found',
  'signed-out': 'signed-out',
  replaced: 'replaced',
  UnsupportedError: 'unsupported',
}

/** The ending that a refusal's code stands for; undefined when trying again may help. */
export const endingOf = (code: string): Ending | undefined => byCode[code]

/** Why the green room could not be entered. Somebody in class is never sent away for want of room: that is tried again. */
export const endingBefore = (code: string): Ending =>
  endingOf(code) ?? (code === 'media-full' ? 'media-full' : 'failed')

/** Code and words of anything thrown on the way into the room; what is no refusal is our fault, and logged. */
export function refusalOf(error: unknown): { code: string; message: string } {
  if (error instanceof SocketError) return error
  console.error(error)
  const code = error instanceof Error ? error.name : 'failed'
  return { code, message: 'Something went wrong. Try again.' }
}
