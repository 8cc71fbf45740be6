/** What is drawn of a room: one tile a person, and one a shared screen. Pure. */
import type { Connection, ProducerInfo } from '@peerlearn/contract/media'
import type { Person } from '@peerlearn/contract/room-state'
import type { Incoming } from './media.ts'
import { slotOf } from './shown.ts'

export interface TileModel {
  key: string
  userId: string
  name: string
  role: Person['role']
  source: 'camera' | 'screen'
  /** One's own. */
  self: boolean
  /** What to ask the server for: nothing for one's own and for a person without a picture, two while their media move. */
  producerIds: readonly string[]
  /** Null while there is no picture: a name is shown instead. */
  track: MediaStreamTrack | null
  /** A picture of somebody else is sent and wanted: while none is seen, it is on its way. */
  awaited: boolean
  /** My camera, on and not sent while I share a screen. */
  resting: boolean
  muted: boolean
  speaking: boolean
  hand: boolean
  connection: Connection
}

interface Room {
  people: Person[]
  hands: string[]
  producers: Iterable<ProducerInfo>
  /** By slot of person and source, as `shownOf` answers. */
  shown: ReadonlyMap<string, Incoming>
  /** Does my receive mode do without pictures of this source? */
  spares: (source: 'camera' | 'screen') => boolean
  connections: { get: (peerId: string) => Connection | undefined }
  speakers: string[]
  myPeerId: string | null
  own: {
    microphoneOn: boolean
    camera: MediaStreamTrack | null
    screen: MediaStreamTrack | null
    resting: boolean
  }
}

const nothing: readonly string[] = []

/** Everybody's tiles: screens first, then people in the order of joining, oneself last. */
export function tilesOf(room: Room): TileModel[] {
  const producers = Map.groupBy(room.producers, slotOf)
  const others = room.people.filter((p) => p.peerId !== room.myPeerId)
  const me = room.people.filter((p) => p.peerId === room.myPeerId)

  const tile = (person: Person, source: 'camera' | 'screen'): TileModel => {
    const self = person.peerId === room.myPeerId
    const { peerId } = person
    const sent = producers.get(slotOf({ peerId, source })) ?? []
    const open = sent.some((producer) => !producer.paused)
    const microphones = producers.get(slotOf({ peerId, source: 'microphone' })) ?? []
    return {
      key: `${person.userId} ${source}`,
      userId: person.userId,
      name: person.name,
      role: person.role,
      source,
      self,
      producerIds: self ? nothing : sent.map((producer) => producer.producerId),
      track: self
        ? room.own[source]
        : open
          ? (room.shown.get(slotOf({ peerId, source }))?.track ?? null)
          : null,
      awaited: !self && open && !room.spares(source),
      resting: self && source === 'camera' && room.own.resting,
      muted: self ? !room.own.microphoneOn : microphones.every((microphone) => microphone.paused),
      speaking: source === 'camera' && room.speakers.includes(person.peerId),
      hand: source === 'camera' && room.hands.includes(person.userId),
      connection: room.connections.get(person.peerId) ?? 'connected',
    }
  }
  const sharing = (person: Person) =>
    person.peerId === room.myPeerId
      ? room.own.screen !== null
      : producers.has(slotOf({ peerId: person.peerId, source: 'screen' }))
  return [
    ...[...others, ...me].filter(sharing).map((person) => tile(person, 'screen')),
    ...[...others, ...me].map((person) => tile(person, 'camera')),
  ]
}

export type View = 'grid' | 'speaker'

/**
 * The tile that takes the stage, or null for a grid: the pinned one, else a shared screen (one's own after the others'),
 * else in the speaker view whoever speaks or spoke last.
 */
export function onStage(
  tiles: TileModel[],
  { pinned, view, lastSpeaker }: { pinned: string | null; view: View; lastSpeaker: string | null },
): TileModel | null {
  if (tiles.length < 2) return null
  const found = tiles.find((t) => t.key === pinned) ?? tiles.find((t) => t.source === 'screen')
  if (found) return found
  if (view === 'grid') return null
  const people = tiles.filter((t) => t.source === 'camera' && !t.self)
  return (
    people.find((t) => t.userId === lastSpeaker) ??
    people.find((t) => t.role === 'mentor') ??
    people[0] ??
    null
  )
}
