/** A node takes what it can carry: it says at once when it is full, and takes the next when there is room again. */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { peerOptions, rtpCapabilities } from './rtp.ts'
import { openSpreadRoom } from './spread-room.ts'
import { until } from './until.ts'

describe('a node at its limits', () => {
  it('says so at once, and takes the next when somebody has left', async () => {
    const { server, join } = await openSpreadRoom(2)
    const [one] = [await join(), await join()]
    const asked = Date.now()
    await expect(join()).rejects.toMatchObject({ code: 'media-full' })
    expect(Date.now() - asked).toBeLessThan(500)
    await server.ask('peer.close', one.of)
    await join()
  })

  it('keeps a room together until its worker is full', async () => {
    const { join, slotOf } = await openSpreadRoom(2, { SFU_MAX_PEERS: '3' })
    const everyone = [await join(), await join(), await join(), await join()]
    expect(everyone.slice(0, 3).map(slotOf)).toEqual(Array.from({ length: 3 }, () => slotOf(everyone[0]!)))
    expect(slotOf(everyone[3]!)).not.toBe(slotOf(everyone[0]!))
  })

  it('takes no more rooms than it may, and none while it is being emptied', async () => {
    const { server, roomId } = await openSpreadRoom(1, { SFU_MAX_ROOMS: '1' })
    await server.ask('room.attach', { roomId })
    const another = { roomId: randomUUID() }
    await expect(server.ask('room.attach', another)).rejects.toMatchObject({ code: 'media-full' })
    await server.ask('room.close', { roomId })
    await server.ask('node.drain', { draining: true })
    await server.heard('node.stats', (stats) => stats.node.draining)
    await expect(server.ask('room.attach', another)).rejects.toMatchObject({ code: 'media-full' })
    await server.ask('node.drain', { draining: false })
    await server.ask('room.attach', another)
  })

  it('counts what a worker carries before it takes one more', async () => {
    const { server, roomId, join } = await openSpreadRoom(1, {
      SFU_MAX_PEERS: '50',
      SFU_MAX_CONSUMERS: '2',
    })
    const [one, two] = [await join(), await join()]
    const sent = [await one.publish('camera'), await one.publish('microphone')]
    await until('both are looked at', () => sent.every((id) => two.packets(id) > 0))
    const newcomer = { roomId, peerId: randomUUID(), ...peerOptions, rtpCapabilities }
    await expect(server.ask('peer.create', newcomer)).rejects.toMatchObject({ code: 'media-full' })
    await server.heard('node.stats', (stats) => stats.node.load === 1)
  })
})
