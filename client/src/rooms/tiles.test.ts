import { describe, expect, it } from 'vitest'
import type { ProducerInfo } from '@peerlearn/contract/media'
import type { Person } from '@peerlearn/contract/room-state'
import type { Incoming } from './media.ts'
import { shownOf } from './shown.ts'
import { onStage, tilesOf } from './tiles.ts'

const person = (name: string, role: Person['role'] = 'learner'): Person => ({
  userId: `user ${name}`,
  peerId: `peer ${name}`,
  name,
  role,
  joinedAt: '2026-01-01T00:00:00Z',
})
const producer = (name: string, source: ProducerInfo['source'], paused = false): ProducerInfo => ({
  producerId: `${name} ${source}`,
  peerId: `peer ${name}`,
  kind: source === 'microphone' || source === 'screen-audio' ? 'audio' : 'video',
  source,
  paused,
})
const incoming = (name: string, source: ProducerInfo['source']): Incoming => ({
  info: {
    consumerId: `consumer ${name} ${source}`,
    producerId: `${name} ${source}`,
    peerId: `peer ${name}`,
    kind: 'video',
    source,
    rtpParameters: { codecs: [] },
    producerPaused: false,
  },
  track: { id: name } as MediaStreamTrack, // tiles only hand it on
})
type Change = Partial<Parameters<typeof tilesOf>[0]> & { producers?: ProducerInfo[]; incoming?: Incoming[] }
const room = ({ incoming = [], producers = [], ...change }: Change = {}) => ({
  people: [person('me'), person('Asha', 'mentor'), person('Ravi')],
  hands: [],
  producers,
  shown: shownOf(incoming, producers, new Set()),
  spares: () => false,
  connections: new Map(),
  speakers: [],
  myPeerId: 'peer me',
  own: { microphoneOn: true, camera: null, screen: null, resting: false },
  ...change,
})

describe('the tiles of a room', () => {
  it('shows everybody, with or without a picture, oneself last', () => {
    expect(tilesOf(room()).map((t) => t.name)).toEqual(['Asha', 'Ravi', 'me'])
  })

  it('shows the picture of a camera that is on, and the name alone when it is paused', () => {
    const on = { producers: [producer('Asha', 'camera')], incoming: [incoming('Asha', 'camera')] }
    expect(tilesOf(room(on))[0]?.track).not.toBeNull()
    const paused = { ...on, producers: [producer('Asha', 'camera', true)] }
    expect(tilesOf(room(paused))[0]?.track).toBeNull()
  })

  it('says who is muted: no microphone, or a paused one', () => {
    const tiles = tilesOf(
      room({ producers: [producer('Asha', 'microphone'), producer('Ravi', 'microphone', true)] }),
    )
    expect(tiles.map((t) => t.muted)).toEqual([false, true, false])
  })

  it('awaits what somebody else sends and I receive, and nothing of mine', () => {
    const producers = [producer('me', 'camera'), producer('Asha', 'camera'), producer('Ravi', 'camera', true)]
    const awaited = (change: Change) => tilesOf(room({ producers, ...change })).map((t) => t.awaited)
    expect(awaited({})).toEqual([true, false, false])
    expect(awaited({ spares: (source) => source === 'camera' })).toEqual([false, false, false])
  })

  it('says that my camera rests while my screen is sent in its place', () => {
    const own = { microphoneOn: true, camera: null, screen: {} as MediaStreamTrack, resting: true }
    const resting = tilesOf(room({ own })).filter((t) => t.resting)
    expect(resting.map((t) => [t.name, t.source])).toEqual([['me', 'camera']])
  })

  it('adds a tile for a shared screen, before the people', () => {
    const tiles = tilesOf(room({ producers: [producer('Ravi', 'screen')] }))
    expect(tiles[0]).toMatchObject({ name: 'Ravi', source: 'screen' })
    expect(tiles).toHaveLength(4)
  })
})

describe('the stage', () => {
  const sharing = tilesOf(room({ producers: [producer('Ravi', 'screen')] }))
  const none = { pinned: null, view: 'grid', lastSpeaker: null } as const

  it('is empty in a grid without a screen', () => {
    expect(onStage(tilesOf(room()), none)).toBeNull()
  })

  it('goes to a shared screen, unless somebody is pinned', () => {
    expect(onStage(sharing, none)?.source).toBe('screen')
    expect(onStage(sharing, { ...none, pinned: 'user Asha camera' })?.name).toBe('Asha')
  })

  it('is taken by my own screen too, so that I know that I share it', () => {
    const own = { microphoneOn: true, camera: null, screen: {} as MediaStreamTrack, resting: false }
    expect(onStage(tilesOf(room({ own })), none)).toMatchObject({ self: true, source: 'screen' })
  })

  it('follows the voice in the speaker view, and begins with the mentor', () => {
    const speaker = { ...none, view: 'speaker' } as const
    expect(onStage(tilesOf(room()), speaker)?.name).toBe('Asha')
    expect(onStage(tilesOf(room()), { ...speaker, lastSpeaker: 'user Ravi' })?.name).toBe('Ravi')
  })

  it('lets go of a pin when that person has left', () => {
    expect(onStage(tilesOf(room()), { ...none, pinned: 'user Gone camera' })).toBeNull()
  })
})
