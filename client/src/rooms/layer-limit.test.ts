import type { types } from 'mediasoup-client'
import { describe, expect, it } from 'vitest'
import { activeEncodings, LayerLimit } from './layer-limit.ts'

/** A camera in three sizes, whose sender refuses parameters that were read before another change, as browsers do. */
function camera() {
  let version = 0
  let active = [true, true, true]
  const sender = {
    getParameters: () => ({ version, encodings: active.map((on) => ({ active: on })) }),
    setParameters: async (given: { version: number; encodings: { active: boolean }[] }) => {
      await Promise.resolve()
      if (given.version !== version) throw new DOMException('stale', 'InvalidModificationError')
      version++
      active = given.encodings.map((encoding) => encoding.active)
    },
  }
  const producer = { id: 'p', kind: 'video', closed: false, rtpSender: sender } as unknown as types.Producer // its used part
  return { producer, active: () => active }
}

const settled = () => new Promise((done) => setTimeout(done))

describe('layers that nobody looks at', () => {
  it('are not sent, and a camera on no screen is not encoded at all', () => {
    expect(activeEncodings(3, 0)).toEqual([true, false, false])
    expect(activeEncodings(3, -1)).toEqual([false, false, false])
  })

  it('are all or none of one stream that has its layers inside', () => {
    expect(activeEncodings(1, 2)).toEqual([true])
    expect(activeEncodings(1, -1)).toEqual([false])
  })

  it('come back at once, whatever was asked for shortly before', async () => {
    const { producer, active } = camera()
    const limit = new LayerLimit()
    limit.want('p', -1, producer)
    limit.want('p', 2, producer)
    limit.want('p', 0, producer)
    limit.want('p', 1, producer)
    await settled()
    expect(active()).toEqual([true, true, false])
  })

  it('are known of a producer whose answer is still on its way', async () => {
    const { producer, active } = camera()
    const limit = new LayerLimit()
    limit.want('p', 0, undefined)
    limit.apply(producer)
    await settled()
    expect(active()).toEqual([true, false, false])
  })
})
