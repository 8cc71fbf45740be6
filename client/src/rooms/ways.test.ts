import { describe, expect, it } from 'vitest'
import { inOrderOf } from './ways.ts'

const servers = [
  {
    urls: ['turn:a:3478', 'turn:a:3478?transport=tcp', 'turns:a:5349?transport=tcp'],
    username: 'u',
    credential: 'c',
  },
]

describe('the way that won last time', () => {
  it('is tried first, and no other is left out', () => {
    expect(inOrderOf('turn-tls', servers)[0]?.urls[0]).toBe('turns:a:5349?transport=tcp')
    expect(inOrderOf('turn-tcp', servers)[0]?.urls).toEqual([
      'turn:a:3478?transport=tcp',
      'turn:a:3478',
      'turns:a:5349?transport=tcp',
    ])
  })

  it('changes nothing when it went straight, or is not known', () => {
    expect(inOrderOf('udp', servers)).toBe(servers)
    expect(inOrderOf(null, servers)).toBe(servers)
  })
})
