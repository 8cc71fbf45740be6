/** The figures of a load test are only as good as its counting. */
import { beforeEach, expect, it } from 'vitest'
import { Reception } from './reception.ts'

let now = 0
let reception: Reception
beforeEach(() => {
  now = 0
  reception = new Reception(() => now)
  reception.expect(7, 'video', true)
})

/** So many packets, 20 ms apart. */
function flow(from: number, count: number, ssrc = 7): void {
  for (let n = from; n < from + count; n++, now += 20) reception.heard(ssrc, n & 0xffff)
}

it('counts what never came, over the turn of the sequence numbers, and forgives what came late', () => {
  flow(65_530, 4)
  flow(65_536 + 2, 10) // four are missing
  expect(reception.received.lost).toBe(4)
  reception.heard(7, 65_535)
  expect(reception.received).toMatchObject({ packets: 15, lost: 3 })
})

it('calls a picture frozen after half a second without a packet', () => {
  flow(0, 10)
  now += 400
  flow(10, 10)
  expect(reception.received.freezes).toBe(0)
  now += 780
  flow(20, 10)
  expect(reception.received).toMatchObject({ freezes: 1, frozenMs: 800 })
})

it('counts a freeze that still lasts', () => {
  flow(0, 10)
  now += 3_000
  expect(reception.received).toMatchObject({ freezes: 1, frozenMs: 3_020 })
})

it('calls nothing frozen that is paused, hidden, or a pause in speech', () => {
  reception.expect(8, 'audio', true)
  flow(0, 10)
  flow(0, 10, 8)
  reception.due(7, false)
  now += 10_000
  flow(10, 1, 8)
  reception.due(7, true)
  flow(10, 10)
  expect(reception.received.freezes).toBe(0)
})

it('reads SRTP’s headers and leaves RTCP and DTLS out', () => {
  const rtp = Buffer.alloc(100)
  rtp.writeUInt16BE(0x8060, 0)
  rtp.writeUInt16BE(3, 2)
  rtp.writeUInt32BE(7, 8)
  const rtcp = Buffer.from(rtp)
  rtcp[1] = 200
  for (const packet of [rtp, rtcp, Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0])])
    reception.take(packet)
  expect(reception.received).toMatchObject({ packets: 1, bytes: 100 + 100 + 12 + 3 * 28 })
})
