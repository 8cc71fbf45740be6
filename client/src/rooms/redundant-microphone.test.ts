import type { types } from 'mediasoup-client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Media } from './media.ts'
import { RedundantMicrophone } from './redundant-microphone.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** One whose way out is full as said, and what is sent in RED now. */
function microphone() {
  const link = { isFull: false, answered: Promise.resolve() }
  const sent: object[] = []
  const produce = () => {
    const producer = {
      id: `red ${sent.length}`,
      track: plain.track,
      paused: false,
      close: () => sent.splice(sent.indexOf(producer), 1),
    }
    sent.push(producer)
    return Promise.resolve(producer)
  }
  const plain = { id: 'plain', track: {}, paused: false, rtpParameters: { codecs: [{ payloadType: 111 }] } }
  const redundant: RedundantMicrophone = new RedundantMicrophone({
    media: { produce, closed: false } as unknown as Media,
    request: () => link.answered as Promise<never>,
    codec: () => ({ kind: 'audio', mimeType: 'audio/red', clockRate: 48_000, preferredPayloadType: 63 }),
    again: () => void redundant.settle(plain as unknown as types.Producer), // what it uses of one
    isFull: () => link.isFull,
  })
  redundant.want('plain', true)
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000)
  return { link, sent, redundant, pass, settle: () => redundant.settle(plain as unknown as types.Producer) }
}

it('is not sent over a way that is full, and as soon as it is not', async () => {
  const { link, sent, pass, settle } = microphone()
  link.isFull = true
  await settle()
  await pass(30)
  expect(sent).toHaveLength(0)
  link.isFull = false
  await pass(2)
  expect(sent).toHaveLength(1)
})

it('is taken back when the way becomes full with it, and rests longer each time', async () => {
  const { link, sent, pass, settle } = microphone()
  await settle()
  const restsFor = async () => {
    link.isFull = true
    await pass(2)
    expect(sent).toHaveLength(0)
    link.isFull = false
    let seconds = 0
    for (; sent.length === 0; seconds++) await pass(1)
    return seconds
  }
  const [first, second] = [await restsFor(), await restsFor()]
  expect(first).toBeGreaterThan(50)
  expect(second).toBeGreaterThan(1.8 * first)
})

it('goes on until the node has heard that it ends: only then is the plain one heard again', async () => {
  const { link, sent, redundant, pass, settle } = microphone()
  await settle()
  const answer = Promise.withResolvers<undefined>()
  link.answered = answer.promise
  redundant.want('plain', false)
  await settle()
  await pass(3)
  expect(sent).toHaveLength(1)
  answer.resolve(undefined)
  await pass(0)
  expect(sent).toHaveLength(0)
})

it('asks for nothing once it is not wanted any more', async () => {
  const { sent, redundant, pass, settle } = microphone()
  await settle()
  redundant.want('plain', false)
  await settle()
  await pass(0)
  expect(sent).toHaveLength(0)
  await pass(120)
  expect(vi.getTimerCount()).toBe(0)
})
