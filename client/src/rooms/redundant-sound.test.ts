import { expect, it } from 'vitest'
import { redundantSound } from '@peerlearn/contract/media'
import type { RtpParameters } from '@peerlearn/contract/media'
import { forBrowser, forNode, streamOf, withOpusInside } from './redundant-sound.ts'

const lines = (...all: string[]) => all.map((line) => `${line}\r\n`).join('')
const plain = [
  'm=audio 7 UDP/TLS/RTP/SAVPF 100',
  'a=mid:0',
  'a=rtpmap:100 opus/48000/2',
  'a=fmtp:100 usedtx=1',
]
const red = [
  'm=audio 7 UDP/TLS/RTP/SAVPF 63',
  'a=mid:1',
  'a=rtpmap:63 red/48000/2',
  'a=fmtp:63 num_streams=2',
]
const video = ['m=video 7 UDP/TLS/RTP/SAVPF 101', 'a=mid:2', 'a=rtpmap:101 VP8/90000']

it('tells a browser of the Opus in RED, and changes nothing else', () => {
  const told = withOpusInside(lines('v=0', ...plain, ...red, ...video))
  expect(told.startsWith(lines('v=0', ...plain))).toBe(true)
  expect(told.endsWith(lines(...video))).toBe(true)
  expect(told).toContain('m=audio 7 UDP/TLS/RTP/SAVPF 63 111\r\n')
  expect(told).toContain('a=rtpmap:111 opus/48000/2\r\n')
  expect(told).toContain('a=rtcp-fb:111 nack\r\n')
  expect(told.match(/^a=fmtp:63 .*$/gm)).toEqual(['a=fmtp:63 111/111'])
})

it('leaves a description without RED as it is', () => {
  const sdp = lines('v=0', ...plain, ...video)
  expect(withOpusInside(sdp)).toBe(sdp)
})

it('calls RED what each side knows it by', () => {
  const opus = { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, payloadType: 100 }
  const said: RtpParameters = { codecs: [opus, { ...redundantSound, payloadType: 63 }] }
  const shown = forBrowser(said)
  expect(shown.codecs.map(({ mimeType, channels }) => [mimeType, channels])).toEqual([
    ['audio/opus', 2],
    ['audio/red', 2],
  ])
  expect(forNode(shown).codecs).toMatchObject(said.codecs)
  expect(forNode(shown).codecs[1]?.rtcpFeedback).toContainEqual({ type: 'nack' })
})

it('tells two consumers of one microphone apart', () => {
  const opus = { mimeType: 'audio/opus', clockRate: 48_000, payloadType: 100 }
  const of = (codecs: { mimeType: string; clockRate: number; payloadType: number }[]) =>
    streamOf({ producerId: 'a', rtpParameters: { codecs } })
  expect(of([opus])).toBe('a')
  expect(of([{ ...redundantSound, payloadType: 63 }])).not.toBe('a')
})
