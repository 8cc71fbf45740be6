/** What may happen in a room, decided from its state alone: each refuses, or answers the events to append. */
import { AppError } from '@peerlearn/contract/errors'
import { findPerson, stageSize, type RoomState } from '@peerlearn/contract/room-state'
import type { Who } from '../http.ts'
import { requireOpen, roomFull, seatEnded, wasRemoved } from './refusals.ts'
import type { RoomSession } from './queries.ts'
import type { Decision } from './room-log.ts'

const isMentor = (session: RoomSession, userId: string) => session.mentorId === userId

/** In a room one is its mentor or a learner, whatever one's account may do elsewhere. */
export const roomRoleOf = (session: Pick<RoomSession, 'mentorId'>, userId: string) =>
  session.mentorId === userId ? 'mentor' : 'learner'

/** The mentor's own place is beside the seats. @throws AppError `not-open`, `removed`, `room-full`, `session-ended` */
function requireRoomFor(state: RoomState, session: RoomSession, userId: string): void {
  requireOpen(session.status)
  if (state.removed.includes(userId)) throw wasRemoved()
  if (isMentor(session, userId) || findPerson(state, userId)) return
  const learners = state.people.filter((p) => !isMentor(session, p.userId))
  if (learners.length >= session.capacity) throw roomFull()
}

export const joining =
  (who: Who, peerId: string): Decision =>
  (state, session) => {
    const { userId, name } = who
    const role = roomRoleOf(session, userId)
    requireRoomFor(state, session, userId)
    return [{ kind: 'peer.joined', actorId: userId, data: { userId, peerId, name, role } }]
  }

/** Nothing happens when that peer is in the room no more: a newer one of the same person stays. */
export const leaving =
  (peerId: string, reason: 'left' | 'lost'): Decision =>
  (state) => {
    const person = state.people.find((p) => p.peerId === peerId)
    if (!person) return []
    const { userId } = person
    return [
      { kind: 'peer.left', actorId: reason === 'left' ? userId : null, data: { userId, peerId, reason } },
    ]
  }

/** Wraps a decision that only somebody in the room may take, with the peer they have now. */
const inRoom =
  (who: Who, peerId: string, then: Decision): Decision =>
  (state, session) => {
    requireOpen(session.status)
    if (state.removed.includes(who.userId)) throw wasRemoved()
    const person = findPerson(state, who.userId)
    if (!person) throw seatEnded('lost')
    if (person.peerId !== peerId) throw seatEnded('replaced')
    return then(state, session)
  }

export const raisingHand = (who: Who, peerId: string) =>
  inRoom(who, peerId, ({ hands }) =>
    hands.includes(who.userId)
      ? []
      : [{ kind: 'hand.raised', actorId: who.userId, data: { userId: who.userId } }],
  )

export const loweringHand = (who: Who, peerId: string, userId = who.userId) =>
  inRoom(who, peerId, ({ hands }, session) => {
    if (userId !== who.userId && !isMentor(session, who.userId))
      throw new AppError('forbidden', 'Only the mentor can lower somebody else’s hand.')
    return hands.includes(userId) ? [{ kind: 'hand.lowered', actorId: who.userId, data: { userId } }] : []
  })

export const saying = (who: Who, peerId: string, line: { text: string; clientId: string }) =>
  inRoom(who, peerId, () => [
    { kind: 'chat.message', actorId: who.userId, data: { userId: who.userId, name: who.name, ...line } },
  ])

const byMentor = (who: Who, peerId: string, then: Decision) =>
  inRoom(who, peerId, (state, session) => {
    if (!isMentor(session, who.userId)) throw new AppError('forbidden', 'Only the mentor can do this.')
    return then(state, session)
  })

export const muting = (who: Who, peerId: string, userId: string) =>
  byMentor(who, peerId, (state) => {
    if (!findPerson(state, userId)) throw notHere()
    return [{ kind: 'peer.muted', actorId: who.userId, data: { userId } }]
  })

/** Somebody who has just gone can be removed too: they do not come back. */
export const removing = (who: Who, peerId: string, userId: string) =>
  byMentor(who, peerId, (state, session) => {
    if (isMentor(session, userId)) throw new AppError('forbidden', 'The mentor can’t be removed.')
    if (state.removed.includes(userId)) return []
    return [{ kind: 'peer.removed', actorId: who.userId, data: { userId } }]
  })

/** The mentor is on stage without being asked; somebody who is on it stays. */
export const inviting = (who: Who, peerId: string, userId: string) =>
  byMentor(who, peerId, (state, session) => {
    if (state.stage === null) throw noStage()
    if (!findPerson(state, userId)) throw notHere()
    if (isMentor(session, userId) || state.stage.includes(userId)) return []
    if (state.stage.length >= stageSize) throw stageFull()
    return [{ kind: 'stage.joined', actorId: who.userId, data: { userId } }]
  })

/** One's own place, or anybody's for the mentor. Somebody who is not on stage, or gone, is off it already. */
export const leavingStage = (who: Who, peerId: string, userId = who.userId) =>
  inRoom(who, peerId, ({ stage }, session) => {
    if (userId !== who.userId && !isMentor(session, who.userId))
      throw new AppError('forbidden', 'Only the mentor can take somebody else off the stage.')
    return stage?.includes(userId) ? [{ kind: 'stage.left', actorId: who.userId, data: { userId } }] : []
  })

const noStage = () => new AppError('bad-input', 'This class has no stage: everybody may speak.')
const stageFull = () =>
  new AppError('stage-full', `There are ${stageSize} people on stage. Thank one of them first.`)
const notHere = () => new AppError('not-found', 'This person is not in the room.')
