import type { types } from 'mediasoup-client'
import type { VideoCodec } from '@peerlearn/contract/media'
import { expect, it, vi } from 'vitest'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import type { Media } from './media.ts'
import { Outgoing } from './outgoing.ts'

/** A camera sent over transports that make producers of the codec of now, or refuse with the next of these codes. */
function sending(refusals: SocketError['code'][] = []) {
  let codec: VideoCodec = 'video/VP9'
  const made: types.Producer[] = []
  const produce = ({ track }: { track: MediaStreamTrack }) => {
    const code = refusals.shift()
    if (code) return Promise.reject(new SocketError(code, code))
    const producer = {
      id: `${made.length}`,
      kind: 'video',
      closed: false,
      paused: false,
      track,
      rtpParameters: { codecs: [{ mimeType: codec }] },
      close: () => (producer.closed = true),
    }
    made.push(producer as unknown as types.Producer) // what Outgoing uses of one
    return Promise.resolve(producer)
  }
  const track = { kind: 'video', enabled: true, getSettings: () => ({ height: 720 }) }
  const request = vi.fn(() => Promise.resolve({}))
  const outgoing = new Outgoing({
    media: { produce, closed: false } as unknown as Media,
    request: request as unknown as Socket['request'],
    codecFor: () => ({ codec, capability: undefined }),
    redundantCodec: () => undefined,
    mayStay: (_source, spoken) => spoken === codec,
    onFault: () => undefined,
  })
  outgoing.want({ camera: { track: track as unknown as MediaStreamTrack, paused: false } })
  const speak = (spoken: VideoCodec) => {
    codec = spoken
    outgoing.recode()
  }
  return { outgoing, made, speak, refusals, request }
}
const settled = () => new Promise((done) => setTimeout(done))

it('a camera that not everybody decodes any more is sent anew, and the earlier one ends after', async () => {
  const { outgoing, made, speak, request } = sending()
  await settled()
  speak('video/VP8')
  await settled()
  expect(outgoing.producers).toEqual([made[1]])
  expect(made.map(({ closed }) => closed)).toEqual([true, false])
  expect(request).toHaveBeenCalledWith('producer.close', { producerId: '0' })
})

it('while it cannot be sent anew the earlier one goes on, and is not forgotten', async () => {
  const { outgoing, made, speak, refusals } = sending()
  await settled()
  refusals.push('offline')
  speak('video/VP8')
  await settled()
  expect(outgoing.producers).toEqual([made[0]])
  outgoing.recode()
  await settled()
  expect(outgoing.producers).toEqual([made[1]])
  expect(made[0]?.closed).toBe(true)
})
