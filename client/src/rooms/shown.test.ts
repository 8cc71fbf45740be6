import { describe, expect, it } from 'vitest'
import type { ProducerInfo } from '@peerlearn/contract/media'
import type { Incoming } from './media.ts'
import { shownOf, spared, slotOf } from './shown.ts'

const producer = (producerId: string, paused = false): ProducerInfo => ({
  producerId,
  peerId: 'asha',
  kind: 'video',
  source: 'camera',
  paused,
})
const incoming = (consumerId: string, producerId: string, ready = true): Incoming => ({
  info: {
    consumerId,
    producerId,
    peerId: 'asha',
    kind: 'video',
    source: 'camera',
    rtpParameters: { codecs: [] },
    producerPaused: false,
  },
  track: ready ? ({ id: consumerId } as MediaStreamTrack) : null, // only handed on
})
const shown = (arriving: Incoming[], producers: ProducerInfo[], flowing: string[] = []) =>
  shownOf(arriving, producers, new Set(flowing)).get('asha camera')?.info.consumerId

describe('a picture that comes twice while media move', () => {
  const both = [incoming('old', 'p1'), incoming('new', 'p2')]
  const producers = [producer('p1'), producer('p2')]

  it('is the earlier one until the later one carries frames', () => {
    expect(shown(both, producers)).toBe('old')
    expect(shown(both, producers, ['new'])).toBe('new')
  })

  it('is the later one as soon as the earlier has ended', () => {
    expect(shown(both, [producer('p2')])).toBe('new')
    expect(shown([incoming('new', 'p2')], producers)).toBe('new')
  })

  it('changes over too when my own media move and the producer stays the same', () => {
    const mine = [incoming('old', 'p1'), incoming('new', 'p1')]
    expect(shown(mine, producers)).toBe('old')
    expect(shown(mine, producers, ['new'])).toBe('new')
  })

  it('does not wait on one that is paused', () => {
    expect(shown(both, [producer('p1', true), producer('p2')])).toBe('new')
  })

  it('waits for what is still being set up', () => {
    expect(shown([incoming('old', 'p1'), incoming('new', 'p2', false)], producers, ['new'])).toBe('old')
  })
})

describe('a mode that spares', () => {
  const of = (source: 'camera' | 'screen' | 'microphone'): Incoming => {
    const { info, track } = incoming(source, source)
    return { info: { ...info, source, kind: source === 'microphone' ? 'audio' : 'video' }, track }
  }
  const all = new Map([of('camera'), of('screen'), of('microphone')].map((one) => [slotOf(one.info), one]))
  const kept = (mode: 'full' | 'saver' | 'slides' | 'voice') =>
    [...spared(all, mode).values()].map(({ info }) => info.source)

  it('shows no picture of what it leaves out, and every voice is heard', () => {
    expect(kept('saver')).toEqual(['camera', 'screen', 'microphone'])
    expect(kept('slides')).toEqual(['screen', 'microphone'])
    expect(kept('voice')).toEqual(['microphone'])
  })
})
