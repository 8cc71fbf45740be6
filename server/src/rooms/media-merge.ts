/** One room out of what several nodes tell of it. */
import type { Connection, VideoCodec } from '@peerlearn/contract/media'
import type { RoomHeard } from '../sfu/sfu-client.ts'

type Speakers = Extract<RoomHeard, { name: 'speakers.changed' }>['data']['speakers']

/** Everybody once, the loudest first. */
export function mergeSpeakers(ofNodes: Iterable<Speakers>): Speakers {
  const loudest = new Map<string, number>()
  for (const speakers of ofNodes)
    for (const { peerId, volume } of speakers)
      loudest.set(peerId, Math.max(volume, loudest.get(peerId) ?? -Infinity))
  return [...loudest].map(([peerId, volume]) => ({ peerId, volume })).sort((a, b) => b.volume - a.volume)
}

/** What all nodes have in common, in the order of the first. */
export function mergeCodecs(ofNodes: VideoCodec[][]): VideoCodec[] {
  const [first = [], ...others] = ofNodes
  return first.filter((codec) => others.every((codecs) => codecs.includes(codec)))
}

const worstFirst: readonly Connection[] = ['connecting', 'reconnecting', 'weak', 'connected']

/** A peer that moves is on two nodes for a while: what counts is where it is best. undefined of none. */
export const bestConnection = (all: Connection[]): Connection | undefined =>
  worstFirst.findLast((connection) => all.includes(connection))
