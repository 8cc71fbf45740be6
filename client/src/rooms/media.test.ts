import type { types } from 'mediasoup-client'
import type { MediaSetup } from '@peerlearn/contract/media'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { Media } from './media.ts'
import type { MediaPorts } from './media.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('pictures whose start a node that is away for a moment refused start when it is back', async () => {
  const transport = () => ({
    on: () => undefined,
    close: () => undefined,
    consume: ({ id }: { id: string }) => Promise.resolve({ id, track: {}, close: () => undefined }),
  })
  const refusals = ['media-unavailable', 'media-unavailable'] as const
  const asked: unknown[] = []
  const request = (_method: string, data: unknown) => {
    const code = refusals[asked.push(data) - 1]
    return code ? Promise.reject(new SocketError(code, code)) : Promise.resolve({})
  }
  const device = { dtlsParameters: null, createRecv: transport, createSend: transport }
  const setup = {
    send: {},
    recv: {},
    consumers: [
      {
        consumerId: 'c',
        producerId: 'p',
        kind: 'video',
        peerId: 'x',
        source: 'camera',
        rtpParameters: { codecs: [] },
      },
    ],
  }
  const media = new Media(
    {
      device: device as unknown as MediaPorts['device'],
      request: request as unknown as Socket['request'],
      iceServers: () => Promise.resolve([]),
      onIncoming: () => undefined,
      onGone: () => undefined,
      onLink: () => undefined,
      onBroken: () => undefined,
    },
    setup as unknown as MediaSetup, // what Media reads of it
    [],
  )
  await media.settled
  await vi.advanceTimersByTimeAsync(10_000)
  expect(asked).toEqual(Array(3).fill({ consumerIds: ['c'] }))
  const consumers: Pick<types.Consumer, 'id'>[] = media.consumers
  expect(consumers.map(({ id }) => id)).toEqual(['c'])
  media.close()
})
