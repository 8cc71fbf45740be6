/** What people do in a class: leave, end it, raise hands, talk in chat, and what the mentor may do with others. */
import { AppError } from '@peerlearn/contract/errors'
import { findPerson } from '@peerlearn/contract/room-state'
import { violates } from '../db.ts'
import type { Who } from '../http.ts'
import type { Limits } from '../rate-limit.ts'
import { endSession, type RunningDeps } from '../sessions/running.ts'
import type { MessageHandlers } from '../sockets.ts'
import { leaving, loweringHand, muting, raisingHand, removing, saying } from './decisions.ts'
import type { LiveRoom } from './live-room.ts'
import { requirePlace, requirePlaceLeft, type Place, type Places } from './places.ts'
import { findChatSeq } from './queries.ts'

export interface ClassDeps extends RunningDeps {
  places: Places
  limits: Pick<Limits, 'count' | 'giveBack'>
}

type InClass = MessageHandlers<
  'room.leave' | 'room.end' | 'hand.raise' | 'hand.lower' | 'chat.send' | 'peer.mute' | 'peer.remove'
>

export const classHandlers = (deps: ClassDeps): InClass => ({
  'room.leave': async ({ socket }) => {
    const { room, seat } = requirePlaceLeft(deps.places, socket)
    await room.events.decide(leaving(seat.peerId, 'left'))
    room.close(seat, 'left')
    return {}
  },
  'room.end': async ({ socket, who }) => {
    const { room } = requirePlace(deps.places, socket)
    await endSession(deps, { sessionId: room.session.id, who })
    await room.events.catchUp()
    return {}
  },
  'hand.raise': async ({ socket, who }) => {
    const { room, seat } = requirePlace(deps.places, socket)
    await room.events.decide(raisingHand(who, seat.peerId))
    return {}
  },
  'hand.lower': async ({ socket, who, data }) => {
    const { room, seat } = requirePlace(deps.places, socket)
    await room.events.decide(loweringHand(who, seat.peerId, data.userId))
    return {}
  },
  'chat.send': ({ socket, who, data }) => say(deps, requirePlace(deps.places, socket), who, data),
  'peer.mute': async ({ socket, who, data }) => {
    const { room, seat } = requirePlace(deps.places, socket)
    await room.events.decide(muting(who, seat.peerId, data.userId))
    await pauseMicrophone(room, data.userId)
    return {}
  },
  'peer.remove': async ({ socket, who, data }) => {
    const { room, seat } = requirePlace(deps.places, socket)
    const peerId = findPerson(room.state, data.userId)?.peerId
    await room.events.decide(removing(who, seat.peerId, data.userId))
    if (peerId) room.closePeer(peerId)
    return {}
  },
})

/** The database refuses to say a line twice; the one said before answers the retry. Only what is said counts. */
async function say(
  { db, limits }: Pick<ClassDeps, 'db' | 'limits'>,
  { room, seat }: Place,
  who: Who,
  line: { text: string; clientId: string },
): Promise<{ seq: number }> {
  const counted = `${room.session.id} ${who.userId}`
  await limits.count('chat', counted)
  try {
    const [event] = await room.events.decide(saying(who, seat.peerId, line))
    if (event) return { seq: event.seq }
  } catch (error) {
    await limits.giveBack('chat', counted, 1)
    if (!violates(error, 'room_event_chat')) throw error
  }
  const seq = await findChatSeq(db, room.session.id, who.userId, line.clientId)
  if (seq === undefined) throw new Error('a line of chat was refused as a repetition, and is not there')
  return { seq }
}

async function pauseMicrophone(room: LiveRoom, userId: string): Promise<void> {
  const peerId = findPerson(room.state, userId)?.peerId
  const sent = peerId ? room.media.producersOf(peerId) : []
  for (const { peerId, producerId, source, paused } of sent)
    if (source === 'microphone' && !paused)
      await room.media.ask(peerId, 'producer.pause', { producerId }).catch(ignoreClosed)
}

/** Closed by its owner meanwhile: it is silent. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof AppError && error.code === 'not-found')) throw error
}
