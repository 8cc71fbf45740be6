import { expect, test } from 'vitest'
import { bestConnection, mergeCodecs, mergeSpeakers } from './media-merge.ts'

test('speakers of several nodes are one list, the loudest first, each person once', () => {
  const speakers = mergeSpeakers([
    [
      { peerId: 'asha', volume: -30 },
      { peerId: 'bela', volume: -50 },
    ],
    [
      { peerId: 'carl', volume: -20 },
      { peerId: 'bela', volume: -25 },
    ],
  ])
  expect(speakers.map(({ peerId }) => peerId)).toEqual(['carl', 'bela', 'asha'])
})

test('a codec that one node’s people cannot decode is no codec of the room', () => {
  expect(
    mergeCodecs([
      ['video/AV1', 'video/VP9', 'video/VP8'],
      ['video/VP9', 'video/VP8'],
    ]),
  ).toEqual(['video/VP9', 'video/VP8'])
  expect(mergeCodecs([])).toEqual([])
})

test('somebody who moves is as well connected as on the better of both nodes', () => {
  expect(bestConnection(['connected', 'connecting'])).toBe('connected')
  expect(bestConnection(['reconnecting', 'weak'])).toBe('weak')
  expect(bestConnection([])).toBe(undefined)
})
