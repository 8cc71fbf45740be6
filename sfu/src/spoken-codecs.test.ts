import type { RtpCapabilities, VideoCodec } from '@peerlearn/contract/media'
import { expect, it } from 'vitest'
import { SpokenCodecs } from './spoken-codecs.ts'

const decoding = (...codecs: VideoCodec[]): RtpCapabilities => ({
  codecs: codecs.map((mimeType) => ({ kind: 'video', mimeType, clockRate: 90_000 })),
})
const modern = decoding('video/AV1', 'video/VP9', 'video/VP8')
const full = { mode: 'full', maxBitrate: null } as const

it('speaks what all decode, and tells only changes', () => {
  const told: VideoCodec[][] = []
  const spoken = new SpokenCodecs((codecs) => told.push(codecs))
  spoken.set('mentor', modern, full)
  spoken.set('old', decoding('video/VP8'), full)
  spoken.set('old', decoding('video/VP8'), { ...full, mode: 'voice' })
  expect(spoken.all).toEqual(['video/VP8'])
  spoken.remove('old')
  expect(told).toEqual([['video/VP8'], ['video/AV1', 'video/VP9', 'video/VP8']])
})

it('speaks VP8 while somebody receives slides or little, for whom it has a small stream', () => {
  const spoken = new SpokenCodecs(() => {})
  spoken.set('mentor', modern, full)
  for (const mode of ['slides', 'saver'] as const) {
    spoken.set('learner', modern, { ...full, mode })
    expect(spoken.all).toEqual(['video/VP8'])
    spoken.set('learner', modern, full)
    expect(spoken.all).toHaveLength(3)
  }
  spoken.set('learner', modern, { ...full, mode: 'voice' })
  expect(spoken.all).toHaveLength(3)
})
