/**
 * What happens in a class, as rows of `room_event`, and the fold that makes the live room of them.
 * The server folds to decide, the client folds to draw: both get the same state from the same rows.
 */
import { z } from 'zod'
import { id, instant, roomRole, text } from './base.ts'

/** Characters of a line of chat. */
export const longestLine = 2000

export const leaveReason = z.enum(['left', 'lost', 'removed', 'ended'])

const event = <K extends string, D extends z.ZodType>(kind: K, data: D) =>
  z.strictObject({
    sessionId: id,
    /** 1, 2, 3 … without gaps within a session. */
    seq: z.number().int().min(1),
    at: instant,
    /** Who did it; null for the system. */
    actorId: id.nullable(),
    kind: z.literal(kind),
    data,
  })

const aPerson = z.strictObject({ userId: id })
const somePeople = z.strictObject({ userIds: z.array(id).min(1).max(1000) })

export const roomEvent = z.discriminatedUnion('kind', [
  /** staged: only the mentor and those on stage send; everybody else looks and listens. */
  event('room.opened', z.strictObject({ staged: z.boolean().default(false) })),
  event('room.closed', z.strictObject({})),
  /** Somebody is in the room with this peer; an earlier peer of the same person is replaced by it. */
  event('peer.joined', z.strictObject({ userId: id, peerId: id, name: z.string(), role: roomRole })),
  event('peer.left', z.strictObject({ userId: id, peerId: id, reason: leaveReason })),
  /** Removed by the mentor, for good. */
  event('peer.removed', aPerson),
  /** The mentor closed this person's microphone; they may open it again. */
  event('peer.muted', aPerson),
  /** The mentor brought this person on stage: they may send. */
  event('stage.joined', aPerson),
  event('stage.left', aPerson),
  event('hand.raised', aPerson),
  event('hand.lowered', aPerson),
  /** Our servers failed these people: they have no sound and pictures, and are given new ones. */
  event('outage.began', somePeople),
  /** They have them again. Who joins anew, or leaves, is out of it without a word. */
  event('outage.ended', somePeople),
  event(
    'chat.message',
    z.strictObject({ userId: id, name: z.string(), text: text(1, longestLine), clientId: id }),
  ),
])

export type RoomEvent = z.infer<typeof roomEvent>
export type RoomEventKind = RoomEvent['kind']
/** An event before the database gives it its number and time. */
export type NewRoomEvent = {
  [K in RoomEventKind]: Pick<Extract<RoomEvent, { kind: K }>, 'kind' | 'data' | 'actorId'>
}[RoomEventKind]

export const person = z.strictObject({
  userId: id,
  peerId: id,
  name: z.string(),
  role: roomRole,
  joinedAt: instant,
})
export const chatLine = z.strictObject({
  seq: z.number().int(),
  at: instant,
  userId: id,
  name: z.string(),
  text: z.string(),
  clientId: id,
})

export const roomState = z.strictObject({
  sessionId: id,
  /** The last event folded in. */
  seq: z.number().int(),
  phase: z.enum(['not-open', 'open', 'closed']),
  /** In order of joining. */
  people: z.array(person),
  /** Raised hands, first raised first. */
  hands: z.array(id),
  removed: z.array(id),
  /** Who may send beside the mentor, in order of coming on stage; null: everybody may. */
  stage: z.array(id).nullable(),
  /** The newest `chatKept` lines, oldest first. */
  chat: z.array(chatLine),
})

export type RoomState = z.infer<typeof roomState>
export type Person = z.infer<typeof person>
export type ChatLine = z.infer<typeof chatLine>

/** People on stage at once, beside the mentor. */
export const stageSize = 12

/** Chat lines that a late joiner sees. */
export const chatKept = 500

export const emptyRoom = (sessionId: string): RoomState => ({
  sessionId,
  seq: 0,
  phase: 'not-open',
  people: [],
  hands: [],
  removed: [],
  stage: null,
  chat: [],
})

/** Who goes has no hand up and no place on stage when they come back. */
const without = (state: RoomState, userId: string): RoomState => ({
  ...state,
  people: state.people.filter((p) => p.userId !== userId),
  hands: state.hands.filter((h) => h !== userId),
  stage: offStage(state, userId),
})

const offStage = ({ stage }: RoomState, userId: string) => stage && stage.filter((s) => s !== userId)

type Folds = { [K in RoomEventKind]: (s: RoomState, e: Extract<RoomEvent, { kind: K }>) => RoomState }

const folds: Folds = {
  'room.opened': (s, { data }) => ({ ...s, phase: 'open', stage: data.staged ? [] : null }),
  'room.closed': (s) => ({ ...s, phase: 'closed', people: [], hands: [], stage: s.stage && [] }),
  'peer.joined': (s, { at, data }) => {
    const joined = { ...data, joinedAt: at }
    const known = s.people.some((p) => p.userId === data.userId)
    // A reload keeps its place in the list and on stage, and its raised hand.
    const people = known
      ? s.people.map((p) => (p.userId === data.userId ? { ...joined, joinedAt: p.joinedAt } : p))
      : [...s.people, joined]
    return { ...s, people }
  },
  'peer.left': (s, { data }) =>
    s.people.some((p) => p.peerId === data.peerId) ? without(s, data.userId) : s,
  'peer.removed': (s, { data }) => ({
    ...without(s, data.userId),
    removed: [...s.removed.filter((r) => r !== data.userId), data.userId],
  }),
  'peer.muted': (s) => s,
  /** Being brought on stage answers the raised hand. */
  'stage.joined': (s, { data }) => ({
    ...s,
    stage: [...(offStage(s, data.userId) ?? []), data.userId],
    hands: s.hands.filter((h) => h !== data.userId),
  }),
  'stage.left': (s, { data }) => ({ ...s, stage: offStage(s, data.userId) }),
  'hand.raised': (s, { data }) =>
    s.hands.includes(data.userId) ? s : { ...s, hands: [...s.hands, data.userId] },
  'hand.lowered': (s, { data }) => ({ ...s, hands: s.hands.filter((h) => h !== data.userId) }),
  // For the attendance; the room itself shows each person's connection.
  'outage.began': (s) => s,
  'outage.ended': (s) => s,
  'chat.message': (s, { seq, at, data }) => ({
    ...s,
    chat: [...s.chat, { seq, at, ...data }].slice(-chatKept),
  }),
}

/**
 * The state after this event. An event that was folded in before changes nothing; one that comes too early is a
 * fault of its caller, who must fetch the missing ones first.
 */
export function fold(state: RoomState, event: RoomEvent): RoomState {
  if (event.seq <= state.seq) return state
  if (event.seq !== state.seq + 1) throw new Error(`event ${event.seq} came after ${state.seq}`)
  const next = folds[event.kind] as (s: RoomState, e: RoomEvent) => RoomState // the table is keyed by the kind
  return { ...next(state, event), seq: event.seq }
}

export const findPerson = (state: RoomState, userId: string) => state.people.find((p) => p.userId === userId)

/** May this person send sound and pictures? The mentor always may; it is the caller who knows who that is. */
export const maySend = ({ stage }: RoomState, userId: string) => stage === null || stage.includes(userId)
