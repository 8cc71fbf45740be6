/** Coming into a room: what the green room must know, the seat, and media again after theirs were lost. */
import { randomUUID } from 'node:crypto'
import type { ConsumerInfo, MediaSetup, RtpCapabilities } from '@peerlearn/contract/media'
import { AppError } from '@peerlearn/contract/errors'
import { findPerson } from '@peerlearn/contract/room-state'
import type { Who } from '../http.ts'
import { startSession, type RunningDeps } from '../sessions/running.ts'
import type { ClientSocket, MessageHandlers } from '../sockets.ts'
import { iceServersFor, type TurnSettings } from '../turn/turn.ts'
import { joining, leaving } from './decisions.ts'
import type { LiveRoom } from './live-room.ts'
import type { LiveRooms } from './live-rooms.ts'
import { requirePlace, type Places } from './places.ts'
import { findRoomSession } from './queries.ts'
import { requireOpen, seatEnded } from './refusals.ts'
import { Seat } from './seat.ts'

export interface JoinDeps extends RunningDeps {
  rooms: LiveRooms
  places: Places
  turn: TurnSettings
}

type Joining = MessageHandlers<'room.prepare' | 'room.join' | 'media.rejoin'>

/** Producers of each kind that one peer may have: sound and picture; the mentor shares a screen beside. */
const maxProducers = (mentor: boolean) => (mentor ? { audio: 2, video: 2 } : { audio: 1, video: 1 })

export const joinHandlers = (deps: JoinDeps): Joining => ({
  'room.prepare': async ({ socket, who, data }) => {
    const room = await deps.rooms.open(data.sessionId)
    const [rtpCapabilities, session] = await Promise.all([
      room.media.capabilities(),
      findRoomSession(deps.db, data.sessionId),
    ])
    const { title, startsAt, durationMinutes, mentorName, status } = session ?? room.session
    return {
      title,
      startsAt: startsAt.toISOString(),
      durationMinutes,
      mentorName,
      you: { userId: who.userId, name: who.name, role: who.role },
      open: status === 'live',
      people: room.state.people.length,
      rtpCapabilities,
      iceServers: iceServersFor(deps.turn, who.userId, socket.host),
    }
  },

  'room.join': async ({ socket, who, data }) => {
    const room = await deps.rooms.open(data.sessionId)
    await leaveOther(deps, socket, room)
    await openFor(deps, room, who)
    if (data.resume) refuseReplaced(deps, room, { socket, who, peerId: data.resume })
    const resumed = data.resume && (await resumeSeat(deps, room, { socket, who, peerId: data.resume }))
    const { seat, media } = resumed || (await takeNewSeat(deps, room, { socket, who, ...data }))
    return {
      peerId: seat.peerId,
      state: room.state,
      producers: room.media.producers(),
      connections: room.media.connections(),
      media,
      iceServers: iceServersFor(deps.turn, who.userId, socket.host),
    }
  },

  'media.rejoin': async ({ socket, who, data }) => {
    const { room, seat } = requirePlace(deps.places, socket)
    seat.hold()
    try {
      const media = await createPeer(room, seat, data.rtpCapabilities)
      if (seat.end) throw refusePeer(room, seat)
      return {
        producers: room.media.producers(),
        media,
        iceServers: iceServersFor(deps.turn, who.userId, socket.host),
      }
    } finally {
      seat.take()
    }
  },
})

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

interface Coming {
  socket: ClientSocket
  who: Who
}

/** A page whose seat was taken over while its socket was away: it must not take it back by itself. */
function refuseReplaced(
  { places }: JoinDeps,
  room: LiveRoom,
  { socket, who, peerId }: Coming & { peerId: string },
): void {
  const present = findPerson(room.state, who.userId)?.peerId
  if (present === undefined || present === peerId) return
  const own = places.find(socket)?.seat
  // Its own newer peer, whose answer it did not wait for, is no stranger's.
  if (own && !own.end && own.peerId === present) return
  throw seatEnded('replaced')
}

/** The peer that this page had, if it is still the person's and still lives. */
async function resumeSeat(
  { places }: JoinDeps,
  room: LiveRoom,
  { socket, who, peerId }: Coming & { peerId: string },
): Promise<{ seat: Seat; media: null } | undefined> {
  if (findPerson(room.state, who.userId)?.peerId !== peerId) return undefined
  await room.media.capabilities()
  const seat = new Seat(socket, who.userId, peerId)
  room.admit(seat)
  let consumers: ConsumerInfo[]
  try {
    const peer = await room.media.ask(peerId, 'peer.resume', {})
    if (!peer.found) return void room.withdraw(seat)
    consumers = peer.consumers
  } catch (error) {
    room.withdraw(seat)
    throw error
  }
  for (const consumer of consumers) seat.tell('consumer.opened', consumer)
  room.take(seat)
  places.set(socket, { room, seat })
  return { seat, media: null }
}

/** Media first, then the event: a client that cannot have media never was in the room, and took nobody's seat over. */
async function takeNewSeat(
  { places }: JoinDeps,
  room: LiveRoom,
  { socket, who, rtpCapabilities }: Coming & { rtpCapabilities: RtpCapabilities },
): Promise<{ seat: Seat; media: MediaSetup }> {
  const previous = findPerson(room.state, who.userId)?.peerId
  const own = places.find(socket)?.seat
  // A join that is repeated on its own socket keeps its peer; anybody else's is taken over.
  const again = own && !own.end && own.peerId === previous
  const seat = new Seat(socket, who.userId, again ? own.peerId : randomUUID())
  room.admit(seat)
  try {
    const media = await createPeer(room, seat, rtpCapabilities)
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

/** The seat ended while its media were made: nobody may keep them. */
function refusePeer(room: LiveRoom, seat: Seat): AppError {
  room.closePeer(seat.peerId)
  return seatEnded(seat.end ?? 'lost')
}

/** A node that has lost the room since it was attached is told of it once more. */
async function createPeer(
  room: LiveRoom,
  { peerId, userId }: Seat,
  rtpCapabilities: RtpCapabilities,
): Promise<MediaSetup> {
  const wish = { rtpCapabilities, maxProducers: maxProducers(room.session.mentorId === userId) }
  await room.media.capabilities()
  const media = await room.media.ask(peerId, 'peer.create', wish).catch(async (error: unknown) => {
    if (!(error instanceof AppError && error.code === 'not-found')) throw error
    await room.media.attach()
    return room.media.ask(peerId, 'peer.create', wish)
  })
  room.media.add(peerId)
  return media
}
