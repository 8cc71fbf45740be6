import { randomUUID } from 'node:crypto'
import type { AppError } from '@peerlearn/contract/errors'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startTestNode } from './media-node.ts'
import type { NodeUnderTest } from './media-node.ts'
import { Participant } from './participant.ts'
import type { ServerEnd } from './server-end.ts'
import { until } from './until.ts'

let node: NodeUnderTest
let server: ServerEnd

beforeEach(async () => {
  node = await startTestNode({ workers: 2 })
  server = await node.server()
})
afterEach(() => node.close())

/** A class in progress, and the worker that carries it. */
async function classInProgress() {
  const roomId = randomUUID()
  const roomsBefore = node.workers.slots.map(({ rooms }) => rooms)
  const mentor = await Participant.join(server, roomId)
  await mentor.publish('microphone')
  const learner = await Participant.join(server, roomId)
  await learner.resume(learner.setup.consumers)
  const slot = node.workers.slots.find(({ rooms }, n) => rooms > roomsBefore[n]!)!
  return { roomId, mentor, learner, slot, pid: slot.pid! }
}

/** Everyone joins again after their room was lost; sound must flow as before. */
async function comeBack(roomId: string): Promise<void> {
  const mentor = await Participant.join(server, roomId)
  await mentor.publish('microphone')
  const learner = await Participant.join(server, roomId)
  await learner.resume(learner.setup.consumers)
  await until('sound is back', () => learner.packets(learner.setup.consumers[0]!) > 10)
  await Promise.all([mentor.vanish(), learner.vanish()])
}

describe('a worker', () => {
  it('that dies is replaced on its port; its people are told and come back', async () => {
    const { roomId, mentor, learner, slot, pid } = await classInProgress()
    process.kill(pid, 'SIGKILL')
    const { peerIds } = await server.heard('room.lost', (data) => data.roomId === roomId)
    expect(peerIds).toEqual([mentor.of.peerId, learner.of.peerId])
    await until('another worker is there', () => slot.pid !== undefined && slot.pid !== pid, 2_000)
    await Promise.all([mentor.vanish(), learner.vanish()])
    await comeBack(roomId)
  })

  it('that hangs is noticed, killed and replaced', async () => {
    const { roomId, mentor, learner, slot, pid } = await classInProgress()
    const since = Date.now()
    process.kill(pid, 'SIGSTOP')
    await server.heard('room.lost', (data) => data.roomId === roomId)
    expect(Date.now() - since).toBeLessThan(3_000)
    await until('another worker is there', () => slot.pid !== undefined && slot.pid !== pid, 2_000)
    await Promise.all([mentor.vanish(), learner.vanish()])
    await comeBack(roomId)
  }, 20_000)

  it('that dies takes nobody with it from the other worker', async () => {
    const first = await classInProgress()
    const second = await classInProgress()
    expect(second.pid).not.toBe(first.pid)
    process.kill(first.pid, 'SIGKILL')
    await server.heard('room.lost')
    const [consumer] = second.learner.setup.consumers
    const before = second.learner.packets(consumer!)
    await until('the other class goes on', () => second.learner.packets(consumer!) > before + 20)
    expect(server.all('room.lost').map(({ roomId }) => roomId)).toEqual([first.roomId])
    await Promise.all([first, second].flatMap(({ mentor, learner }) => [mentor.vanish(), learner.vanish()]))
  })

  it('that dies while people come tells them that it may be tried again, and keeps no place for them', async () => {
    const outcomes: string[] = []
    for (let n = 0; n < 6; n++) {
      const joining = Array.from({ length: 10 }, () => Participant.join(server, randomUUID()))
      for (const { pid } of node.workers.slots) setTimeout(() => process.kill(pid!, 'SIGKILL'), n)
      for (const one of await Promise.allSettled(joining))
        outcomes.push(one.status === 'fulfilled' ? 'there' : (one.reason as AppError).code)
      await until('both workers are there', () => node.workers.up === 2)
    }
    expect(outcomes.filter((one) => !['there', 'media-unavailable', 'peer-lost'].includes(one))).toEqual([])
    for (const { peers, expected, rooms, transports } of node.workers.slots)
      expect([peers, expected, rooms, transports]).toEqual([0, 0, 0, 0])
  })

  it('that hangs answers its callers with an error and holds up nobody else', async () => {
    const first = await classInProgress()
    const second = await classInProgress()
    process.kill(first.pid, 'SIGSTOP')
    const stuck = expect(first.mentor.produce('camera')).rejects.toMatchObject({
      code: expect.stringMatching(/^(media-unavailable|peer-lost)$/) as string,
    })
    const since = Date.now()
    await second.mentor.produce('camera')
    expect(Date.now() - since).toBeLessThan(1_000)
    await stuck
    await Promise.all([first, second].flatMap(({ mentor, learner }) => [mentor.vanish(), learner.vanish()]))
  }, 20_000)
})
