/** Coming into a room: what the green room must know, and the seat. */
import { randomUUID } from 'node:crypto'
import type { MediaSetup, RtpCapabilities } from '@peerlearn/contract/media'
import { findPerson, type ChatLine } from '@peerlearn/contract/room-state'
import type { Who } from '../http.ts'
import { startSession, type RunningDeps } from '../sessions/running.ts'
import type { ClientSocket, MessageHandlers } from '../sockets.ts'
import { iceServersFor, type TurnSettings } from '../turn/turn.ts'
import { joining, leaving, roomRoleOf } from './decisions.ts'
import type { Learners } from './learners.ts'
import type { LiveRoom } from './live-room.ts'
import type { LiveRooms } from './live-rooms.ts'
import { makeMedia, type Coming } from './making-media.ts'
import type { Places } from './places.ts'
import { findRoomSession } from './queries.ts'
import { requireOpen, seatEnded } from './refusals.ts'
import { Seat } from './seat.ts'
import { successorOf } from './successor.ts'

export interface JoinDeps extends RunningDeps {
  rooms: LiveRooms
  learners: Learners
  places: Places
  turn: TurnSettings
}

type Joining = MessageHandlers<'room.prepare' | 'room.join'>

export const joinHandlers = (deps: JoinDeps): Joining => ({
  'room.prepare': async ({ socket, who, data }) => {
    const room = await deps.rooms.open(data.sessionId)
    const [rtpCapabilities, session] = await Promise.all([
      capabilitiesOf(room),
      findRoomSession(deps.db, data.sessionId),
    ])
    const { title, startsAt, durationMinutes, mentorName, mentorId, staged, status } = session ?? room.session
    return {
      title,
      startsAt: startsAt.toISOString(),
      durationMinutes,
      mentorName,
      you: { userId: who.userId, name: who.name, role: roomRoleOf({ mentorId }, who.userId) },
      open: status === 'live',
      people: room.state.people.filter(({ userId }) => userId !== who.userId).length,
      elsewhere: room.state.people.some(({ userId }) => userId === who.userId),
      viewOnly: staged && mentorId !== who.userId && !room.state.stage?.includes(who.userId),
      rtpCapabilities,
      iceServers: iceServersFor(deps.turn, who.userId, socket.host),
    }
  },

  'room.join': async ({ socket, who, data }) => {
    const room = await deps.rooms.open(data.sessionId)
    await leaveOther(deps, socket, room)
    await openFor(deps, room, who)
    const learners = deps.learners.of(room)
    await Promise.all([learners.come(who.userId), room.nodes.attached()])
    if (data.resume) refuseReplaced(deps, room, { socket, who, peerId: data.resume })
    const resumed = data.resume && (await resumeSeat(deps, room, { socket, who, peerId: data.resume }))
    const { seat, media } = resumed || (await takeNewSeat(deps, room, { socket, who, coming: data }))
    return {
      peerId: seat.peerId,
      state: { ...room.state, chat: newest(room.state.chat) },
      producers: room.media.producers(),
      connections: room.media.connections(),
      media,
      iceServers: iceServersFor(deps.turn, who.userId, socket.host),
      receiving: learners.receiving(who.userId),
      codecs: room.media.codecs(),
      links: learners.linksFor(who.userId),
    }
  },
})

/** Characters of chat in the answer: what one frame carries to a slow client without being taken for unread. */
const chatMost = 100_000

/** The newest lines, whole ones. */
function newest(chat: ChatLine[]): ChatLine[] {
  let left = chatMost
  const from = chat.findLastIndex(({ text }) => (left -= text.length) < 0)
  return chat.slice(from + 1)
}

/** @throws AppError `media-unavailable` */
async function capabilitiesOf(room: LiveRoom): Promise<RtpCapabilities> {
  await room.nodes.attached()
  // Nobody is in it to be missed there: a node that went since is not waited for.
  if (room.nodes.waiting && room.state.people.length === 0) await room.nodes.extend(new Set())
  return room.media.capabilities()
}

/** A socket is in one room: coming into another leaves the first. */
async function leaveOther({ places }: JoinDeps, socket: ClientSocket, room: LiveRoom): Promise<void> {
  const place = places.find(socket)
  if (!place || place.room === room || place.seat.end) return
  await place.room.events.decide(leaving(place.seat.peerId, 'left'))
  place.room.close(place.seat, 'left')
}

/** The mentor's coming opens the room; a learner is refused before. */
async function openFor(deps: JoinDeps, room: LiveRoom, who: Who): Promise<void> {
  if (room.state.phase !== 'not-open') return
  if (room.session.mentorId !== who.userId) requireOpen('scheduled')
  await startSession(deps, { sessionId: room.session.id, who })
  await room.events.catchUp()
}

interface Newcomer {
  socket: ClientSocket
  who: Who
}

/** A page whose seat was taken over while its socket was away: it must not take it back by itself. */
function refuseReplaced(
  { places }: JoinDeps,
  room: LiveRoom,
  { socket, who, peerId }: Newcomer & { peerId: string },
): void {
  const present = findPerson(room.state, who.userId)?.peerId
  if (present === undefined || present === peerId || present === successorOf(peerId)) return
  const own = places.find(socket)?.seat
  // Its own newer peer, whose answer it did not wait for, is no stranger's.
  if (own && !own.end && own.peerId === present) return
  throw seatEnded('replaced')
}

/** The peer that this page had, if it is still the person's and still lives. */
async function resumeSeat(
  { places }: JoinDeps,
  room: LiveRoom,
  { socket, who, peerId }: Newcomer & { peerId: string },
): Promise<{ seat: Seat; media: null } | undefined> {
  if (findPerson(room.state, who.userId)?.peerId !== peerId) return undefined
  const seat = new Seat(socket, who.userId, peerId)
  room.admit(seat)
  try {
    const { found, consumers } = await room.media.resume(peerId)
    if (!found) return void room.withdraw(seat)
    for (const consumer of consumers) seat.tell('consumer.opened', consumer)
    room.take(seat)
  } catch (error) {
    room.withdraw(seat)
    throw error
  }
  places.set(socket, { room, seat })
  // Its node may have begun to be emptied while the socket was away.
  room.nodes.sync()
  return { seat, media: null }
}

/** Media first, then the event: a client that cannot have media never was in the room, and took nobody's seat over. */
async function takeNewSeat(
  deps: JoinDeps,
  room: LiveRoom,
  { socket, who, coming }: Newcomer & { coming: Coming & { resume?: string | undefined } },
): Promise<{ seat: Seat; media: MediaSetup }> {
  const { places } = deps
  const previous = findPerson(room.state, who.userId)?.peerId
  const own = places.find(socket)?.seat
  const known = own && !own.end && own.peerId === previous ? previous : undefined
  const peerId = known ?? (coming.resume ? successorOf(coming.resume) : randomUUID())
  // A join that is repeated, on its own socket or because its answer was lost, keeps its peer; another's is taken over.
  const again = peerId === previous
  const seat = new Seat(socket, who.userId, peerId)
  room.admit(seat)
  try {
    const media = await makeMedia(deps.learners, room, seat, coming)
    if (!again) await room.events.decide(joining(who, seat.peerId))
    room.take(seat)
    places.set(socket, { room, seat })
    if (previous && !again) room.closePeer(previous)
    return { seat, media: { ...media, consumers: media.consumers.filter((c) => c.peerId !== previous) } }
  } catch (error) {
    if (again) room.withdraw(seat)
    else room.close(seat, 'lost')
    throw error
  }
}
