import { describe, expect, it } from 'vitest'
import { levelOf } from './levels.ts'

const packet = (profile: number, data: number[], first = 0x90) => {
  const header = Buffer.alloc(16)
  header[0] = first
  header.writeUInt16BE(profile, 12)
  header.writeUInt16BE(data.length / 4, 14)
  return Buffer.concat([header, Buffer.from(data), Buffer.from([1, 2, 3])])
}

describe('the level in a packet', () => {
  it('is read from one-byte extensions, beside others and padding', () => {
    expect(levelOf(packet(0xbede, [0x21, 9, 9, 0, 0x10, 0x80 | 33, 0, 0]), 1)).toBe(-33)
  })

  it('is read from two-byte extensions', () => {
    expect(levelOf(packet(0x1000, [2, 1, 9, 0, 1, 1, 127, 0]), 1)).toBe(-127)
  })

  it.each([
    ['another extension', packet(0xbede, [0x21, 9, 9, 0])],
    ['no extensions', packet(0xbede, [], 0x80)],
    ['extensions longer than itself', packet(0xbede, [0x10, 1, 0, 0]).subarray(0, 17)],
    ['a profile nobody knows', packet(0x4242, [0x10, 1, 0, 0])],
    ['nothing', Buffer.alloc(3)],
  ])('is unknown of one with %s', (_, bytes) => {
    expect(levelOf(bytes, 1)).toBeUndefined()
  })
})
