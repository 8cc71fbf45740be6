import { describe, expect, it } from 'vitest'
import { receiveCeiling } from '@peerlearn/contract/media'
import type { VideoCodec } from '@peerlearn/contract/media'
import { codecFor, sendingOf } from './encodings.ts'

const all: VideoCodec[] = ['video/AV1', 'video/VP9', 'video/VP8']
const strong = { strong: true, sendable: all }

describe('the codec of a picture', () => {
  it('is VP8 on a device that has little to spare', () => {
    expect(codecFor('camera', all, { strong: false, sendable: all })).toBe('video/VP8')
  })

  it('is a better one where everybody decodes it and this browser encodes it', () => {
    expect(codecFor('camera', all, strong)).toBe('video/VP9')
    expect(codecFor('screen', all, strong)).toBe('video/AV1')
    expect(codecFor('screen', all, { strong: true, sendable: ['video/VP9', 'video/VP8'] })).toBe('video/VP9')
  })

  it('is VP8 as soon as one person can decode nothing else', () => {
    expect(codecFor('camera', ['video/VP8'], strong)).toBe('video/VP8')
    expect(codecFor('screen', [], strong)).toBe('video/VP8')
  })
})

describe('what a class costs a viewer', () => {
  const kbits = (source: 'camera' | 'screen' | 'microphone', codec: VideoCodec, layer: number) =>
    (sendingOf(source, codec).encodings?.[layer]?.maxBitrate ?? 0) / 1000
  const videoHeaders = 8
  const voice = kbits('microphone', 'video/VP8', 0) + 24

  it('is at most 1.2 Mbit/s with a screen, nine small cameras and a voice', () => {
    const cameras = 9 * (kbits('camera', 'video/VP8', 0) + videoHeaders)
    expect(cameras + kbits('screen', 'video/VP8', 1) + videoHeaders + voice).toBeLessThan(1200)
  })

  it('goes through the modes that spare: a voice alone, and slides beside it', () => {
    expect(voice * 1000).toBeLessThan(receiveCeiling.voice ?? 0)
    expect((voice + kbits('screen', 'video/VP8', 0) + videoHeaders) * 1000).toBeLessThan(
      receiveCeiling.slides ?? 0,
    )
  })

  it('never scales a screen below 540 lines', () => {
    const scale = (lines: number) =>
      sendingOf('screen', 'video/VP8', lines).encodings?.[0]?.scaleResolutionDownBy
    expect(scale(1080)).toBe(2)
    expect(scale(540)).toBe(1)
    expect(scale(480)).toBe(1)
  })

  it('has a smaller screen for slides in VP8, and one for all in what takes half the bits', () => {
    expect(sendingOf('screen', 'video/VP8').encodings).toHaveLength(2)
    for (const codec of ['video/VP9', 'video/AV1'] as const)
      expect(sendingOf('screen', codec).encodings).toHaveLength(1)
  })
})
