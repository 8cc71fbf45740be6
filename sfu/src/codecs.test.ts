import { describe, expect, it } from 'vitest'
import { commonCodecs, maxIncomingBitrate } from './codecs.ts'

const decodes = (...codecs: [mimeType: string, profile?: number][]) => ({
  codecs: codecs.map(([mimeType, profile]) => ({
    kind: 'video' as const,
    mimeType,
    clockRate: 90_000,
    ...(profile !== undefined && { parameters: { 'profile-id': profile } }),
  })),
})

describe('the codecs of a room', () => {
  it('are what all present can decode, best first', () => {
    const modern = decodes(['video/VP8'], ['video/VP9', 2], ['video/VP9', 0], ['video/AV1'])
    const older = decodes(['video/vp8'], ['video/VP9'])
    expect(commonCodecs([modern])).toEqual(['video/AV1', 'video/VP9', 'video/VP8'])
    expect(commonCodecs([modern, older])).toEqual(['video/VP9', 'video/VP8'])
    expect(commonCodecs([modern, older, decodes(['video/VP8'], ['video/VP9', 2])])).toEqual(['video/VP8'])
  })

  it('are all when nobody is there yet', () => {
    expect(commonCodecs([])).toHaveLength(3)
  })
})

describe('what a peer may send at most', () => {
  it('is enough for what it may produce, and bounded', () => {
    expect(maxIncomingBitrate({ audio: 1, video: 1 })).toBeGreaterThan(3_000_000)
    expect(maxIncomingBitrate({ audio: 9, video: 900 })).toBe(12_000_000)
  })
})
