import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { iceServersFor } from '../src/turn/turn.ts'

const settings = {
  TURN_SECRET: 'turn-secret',
  TURN_URLS: ['turn:{host}:3478?transport=tcp', 'turns:t.example:443'],
}
const now = Date.UTC(2026, 0, 1)

test('gives coturn a name that ends in five minutes and belongs to one person', () => {
  const [server] = iceServersFor(settings, 'me', 'class.example', now)
  expect(server?.username).toBe(`${now / 1000 + 300}:me`)
  expect(server?.credential).toBe(
    createHmac('sha1', 'turn-secret')
      .update(`${now / 1000 + 300}:me`)
      .digest('base64'),
  )
})

test('names the host that the browser used', () => {
  const urls = (host: string) => iceServersFor(settings, 'me', host, now)[0]?.urls[0]
  expect(urls('class.example')).toBe('turn:class.example:3478?transport=tcp')
  expect(urls('192.0.2.7')).toBe('turn:192.0.2.7:3478?transport=tcp')
  expect(urls('2001:db8::7')).toBe('turn:[2001:db8::7]:3478?transport=tcp')
  expect(urls('[::1]')).toBe('turn:[::1]:3478?transport=tcp')
})

test('without a TURN server there is none to name', () => {
  expect(iceServersFor({ ...settings, TURN_URLS: [] }, 'me', 'class.example')).toEqual([])
})
