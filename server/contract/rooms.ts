/**
 * The room on a client's socket. Requests of one socket are handled one at a time, in order.
 *
 * Joining: `room.prepare` in the green room (what the device must know before the click) → `room.join` → both transports
 * and consumers in one answer → `transport.connect`, `producer.create`, `consumer.resume` as mediasoup-client asks.
 */
import { z } from 'zod'
import { id, instant, nothing, roomRole, text } from './base.ts'
import type { Message } from './channel.ts'
import { learnerLink, linkReport, receiving } from './links.ts'
import {
  connection,
  consumerInfo,
  dtlsParameters,
  firstView,
  iceParameters,
  kind,
  mediaId,
  mediaSetup,
  producerInfo,
  receiveMode,
  rtpCapabilities,
  rtpParameters,
  source,
  tile,
  videoCodec,
} from './media.ts'
import { longestLine, roomEvent, roomState } from './room-state.ts'
import { iceServer } from './turn.ts'

/**
 * Who may send a message; each is checked again on every message, with the login, the booking and the room as they are now.
 * `signed-in`: a live login. `booked`: the session's own mentor, or a learner with a confirmed seat who was not removed.
 * `in-room`: booked, and this socket holds the person's present peer. `room-mentor`: in-room as the session's own mentor.
 * `admin`: an admin.
 */
export type MessageAccess = 'signed-in' | 'booked' | 'in-room' | 'room-mentor' | 'admin'

interface ClientMessage extends Message {
  access: MessageAccess
}

const message = <const M extends ClientMessage>(declared: M): M => declared
const ofSession = z.strictObject({ sessionId: id })

/** What a device needs to build its media anew. */
const coming = { rtpCapabilities, view: firstView }

const mediaAnswer = z.strictObject({
  producers: z.array(producerInfo),
  media: mediaSetup,
  iceServers: z.array(iceServer),
})

export const roomMessages = {
  /** What the green room must know before the click. Refused with `not-booked`, `removed`, `session-ended`, `session-cancelled`. */
  'room.prepare': message({
    access: 'booked',
    input: ofSession,
    output: z.strictObject({
      title: z.string(),
      startsAt: instant,
      durationMinutes: z.number().int(),
      mentorName: z.string(),
      you: z.strictObject({ userId: id, name: z.string(), role: roomRole }),
      /** A learner can join once it is; the mentor's join opens it. `session.started` tells. */
      open: z.boolean(),
      /** In the room now, besides you. */
      people: z.number().int(),
      /** You are in it too, on another page: joining takes that seat over. */
      elsewhere: z.boolean(),
      /** The room has a stage and you are not on it: you will watch and listen. */
      viewOnly: z.boolean(),
      rtpCapabilities,
      iceServers: z.array(iceServer),
    }),
  }),
  /**
   * Takes the person's seat in the room; a seat held by another tab is taken over (`room.replaced` tells that one).
   * With `resume`, the peer that this page had before its socket went: if it still lives, media go on and `media` is null;
   * all its consumers are told again as `consumer.opened`, for some may have opened meanwhile. If it does not, the page
   * gets a new peer: the same one when it asks again because the answer was lost. Of a long chat the newest lines come.
   * Refused with `not-open` (a learner before the mentor), `room-full`, `replaced` (another tab took the seat over since
   * the peer to resume had it), and as in `room.prepare`.
   */
  'room.join': message({
    access: 'booked',
    input: z.strictObject({ sessionId: id, ...coming, resume: id.optional() }),
    output: z.strictObject({
      peerId: id,
      state: roomState,
      producers: z.array(producerInfo),
      connections: z.record(id, connection).meta({ description: 'peerId → how its media are' }),
      media: mediaSetup.nullable(),
      iceServers: z.array(iceServer),
      receiving,
      /** Video codecs that everybody present can decode, best first. */
      codecs: z.array(videoCodec),
      /** Of the mentor alone: how every learner's link is. */
      links: z.array(learnerLink),
    }),
  }),
  /** New transports for a peer whose media were lost (`media.lost`), or whose client can't mend them. */
  'media.rejoin': message({ access: 'in-room', input: z.strictObject(coming), output: mediaAnswer }),
  /**
   * Asked for by `media.moving`: transports on another node while the earlier ones go on. Send and receive on the new
   * ones, then say `media.moved`, which closes the old. Repeating it makes the new ones anew.
   */
  'media.move': message({ access: 'in-room', input: z.strictObject(coming), output: mediaAnswer }),
  'media.moved': message({ access: 'in-room', input: nothing, output: nothing }),
  'room.leave': message({ access: 'in-room', input: nothing, output: nothing }),
  /** Ends the class for all. */
  'room.end': message({ access: 'room-mentor', input: nothing, output: nothing }),
  'hand.raise': message({ access: 'in-room', input: nothing, output: nothing }),
  /** One's own hand; the mentor may name anybody's. */
  'hand.lower': message({
    access: 'in-room',
    input: z.strictObject({ userId: id.optional() }),
    output: nothing,
  }),
  /** `clientId` makes a retry harmless: the same one is said once. */
  'chat.send': message({
    access: 'in-room',
    input: z.strictObject({ text: text(1, longestLine), clientId: id }),
    output: z.strictObject({ seq: z.number().int() }),
  }),
  /** Pauses that person's microphone. */
  'peer.mute': message({ access: 'room-mentor', input: z.strictObject({ userId: id }), output: nothing }),
  /** On stage, in a room that has one: they may send, without joining again. Refused with `stage-full`. */
  'stage.invite': message({ access: 'room-mentor', input: z.strictObject({ userId: id }), output: nothing }),
  /** Off the stage: what they send is closed. One's own, or anybody's for the mentor. */
  'stage.leave': message({
    access: 'in-room',
    input: z.strictObject({ userId: id.optional() }),
    output: nothing,
  }),
  /** Out of the room, for good. */
  'peer.remove': message({ access: 'room-mentor', input: z.strictObject({ userId: id }), output: nothing }),

  'transport.connect': message({
    access: 'in-room',
    input: z.strictObject({ transportId: mediaId, dtlsParameters }),
    output: nothing,
  }),
  'transport.restart-ice': message({
    access: 'in-room',
    input: z.strictObject({ transportId: mediaId }),
    output: z.strictObject({ iceParameters }),
  }),
  /**
   * At most a microphone and a camera or screen of a learner, four of the mentor: `limit-reached`. In a room with a
   * stage only those on it: `not-on-stage`.
   */
  'producer.create': message({
    access: 'in-room',
    input: z.strictObject({
      transportId: mediaId,
      kind,
      source,
      rtpParameters,
      paused: z.boolean().default(false),
    }),
    output: z.strictObject({ producerId: mediaId }),
  }),
  'producer.pause': message({
    access: 'in-room',
    input: z.strictObject({ producerId: mediaId }),
    output: nothing,
  }),
  'producer.resume': message({
    access: 'in-room',
    input: z.strictObject({ producerId: mediaId }),
    output: nothing,
  }),
  'producer.close': message({
    access: 'in-room',
    input: z.strictObject({ producerId: mediaId }),
    output: nothing,
  }),
  /** The client has set these up: let them send. */
  'consumer.resume': message({
    access: 'in-room',
    input: z.strictObject({ consumerIds: z.array(mediaId).max(400) }),
    output: nothing,
  }),
  /**
   * All video tiles on screen now, most wanted first. What is new among them comes as `consumer.opened`; what is not is
   * paused, and closed some seconds later. Layers and priorities follow sizes and order.
   */
  'view.set': message({
    access: 'in-room',
    input: z.strictObject({ tiles: z.array(tile).max(50) }),
    output: nothing,
  }),
  /** How to receive from now on; remembered for the person's next rooms. A mode chosen overrides the budget's step. */
  'receive.set': message({
    access: 'in-room',
    input: z.strictObject({
      mode: receiveMode,
      budgetBytes: z.number().int().min(1_000_000).max(1_000_000_000_000).nullable(),
    }),
    output: receiving,
  }),
  'link.report': message({ access: 'in-room', input: linkReport, output: nothing }),
}

/** Told to everybody in a room, each under its own name: the events of `room_event` (`data` is the whole row). */
export const roomEventKinds = roomEvent.options.map((o) => o.shape.kind.value)

/** Told to one peer, or to all of a room, of media: not kept. */
export const roomNotices = {
  'producer.opened': producerInfo,
  'producer.closed': z.strictObject({ producerId: mediaId, peerId: id }),
  'producer.paused': z.strictObject({ producerId: mediaId, peerId: id }),
  'producer.resumed': z.strictObject({ producerId: mediaId, peerId: id }),
  /** To its own peer: set it up, then `consumer.resume`. */
  'consumer.opened': consumerInfo,
  'consumer.closed': z.strictObject({ consumerId: mediaId }),
  /** Loudest first, volumes in dBov (-127 … 0); empty: silence. */
  'speakers.changed': z.strictObject({
    speakers: z.array(z.strictObject({ peerId: id, volume: z.number() })),
  }),
  'peer.connection': z.strictObject({ peerId: id, connection }),
  /** This peer's transports are gone (a worker or node died): `media.rejoin`. */
  'media.lost': nothing,
  /** The node is to be emptied: `media.move`. */
  'media.moving': nothing,
  /** To the publisher: the largest spatial layer that anybody looks at; -1: nobody does, send nothing. */
  'layers.wanted': z.strictObject({ producerId: mediaId, layer: z.number().int().min(-1).max(3) }),
  'codecs.changed': z.strictObject({ codecs: z.array(videoCodec) }),
  'receiving.changed': receiving,
  /** To the mentor. */
  'link.changed': learnerLink,
  /** Another tab or device of this person has the seat now. */
  'room.replaced': ofSession,
  /** The mentor removed you. */
  'room.removed': ofSession,
}
