import { describe, expect, it } from 'vitest'
import { dtlsParameters, rtpParameters } from './media.ts'

describe('the parameters of a codec', () => {
  const accepted = (parameters: unknown) =>
    rtpParameters.safeParse({
      codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000, channels: 2, parameters }],
    }).success

  it('are words and numbers under short names, not too many', () => {
    expect(accepted({ useinbandfec: 1, 'sprop-stereo': '0' })).toBe(true)
    expect(accepted({ useinbandfec: { deep: 1 } })).toBe(false)
    expect(accepted({ ['n'.repeat(65)]: 1 })).toBe(false)
    expect(accepted({ long: 'v'.repeat(513) })).toBe(false)
    expect(accepted(Object.fromEntries(Array.from({ length: 33 }, (_, n) => [`n${n}`, n])))).toBe(false)
    expect(accepted([1])).toBe(false)
    expect(accepted(null)).toBe(false)
  })

  it('name no ancestry: it is refused, not left out', () => {
    expect(accepted(JSON.parse('{"__proto__":1}'))).toBe(false)
  })
})

describe('a DTLS fingerprint', () => {
  const fingerprintOf = (value: string) =>
    dtlsParameters.safeParse({ fingerprints: [{ algorithm: 'sha-256', value }] }).data?.fingerprints[0]?.value

  it('is the same in lower case, and is handed on in upper case', () => {
    expect(fingerprintOf('ab:0c:9f')).toBe('AB:0C:9F')
    expect(fingerprintOf('AB:0C:9F')).toBe('AB:0C:9F')
  })

  it('is bytes in hex and nothing else', () => {
    for (const value of ['', 'ab', 'ab:', 'ab:0g', 'ab:0c\n', 'ß:0c'])
      expect(fingerprintOf(value)).toBe(undefined)
  })
})
