import { randomUUID } from 'node:crypto'
import type { SfuMethod } from '@peerlearn/contract/sfu'
import { beforeAll, expect, test } from 'vitest'
import { join, newClass, refusal, until, view } from './factories-rooms.ts'
import { startServerOfRooms, type FakeNode } from './fake-node.ts'
import type { Person, TestServer } from './harness.ts'

/** What happens when a page's socket goes just while the server is at work for it, and another one comes. */
let node: FakeNode
let server: TestServer
let mentor: Person, asha: Person

beforeAll(async () => {
  ;({ node, server, mentor, asha } = await startServerOfRooms())
})

async function aClass() {
  const sessionId = await newClass(server.db, mentor, [asha])
  await join(server, mentor, sessionId)
  return { sessionId, learning: await join(server, asha, sessionId) }
}

/** The node's next answer to this method waits until it is let go. */
function holdNext(method: SfuMethod, answer: () => unknown) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let first = true
  node.answer(method, async () => {
    if (first) {
      first = false
      await promise
    }
    return answer()
  })
  return resolve
}

const transport = () => ({
  id: randomUUID(),
  iceParameters: { usernameFragment: 'u', password: 'p' },
  iceCandidates: [],
  dtlsParameters: { role: 'auto', fingerprints: [{ algorithm: 'sha-256', value: 'AB:CD' }] },
})
const made = () => ({ send: transport(), recv: transport(), consumers: [] })
const resumed = () => ({ found: true, consumers: [] })

test('a socket that closes while its page comes back on another gives nothing up', async () => {
  const { sessionId, learning } = await aClass()
  const letGo = holdNext('peer.resume', resumed)
  const coming = join(server, asha, sessionId, learning.peerId)
  await until('the node is asked', () => node.asked('peer.resume', learning.peerId).length > 0)
  learning.socket.ws.terminate()
  // Another message of another person, so that the close was heard for sure.
  await (await server.connect(mentor)).request('room.prepare', { sessionId })
  letGo()
  const back = await coming
  expect(back.joined).toMatchObject({ peerId: learning.peerId, media: null })
  expect(node.asked('peer.release', learning.peerId)).toEqual([])
  back.socket.ws.terminate()
  await until('it is given up', () => node.asked('peer.release', learning.peerId).length === 1)
})

test('a page that comes back while its lost socket’s media are made is told to make its own', async () => {
  const { sessionId, learning } = await aClass()
  const letGo = holdNext('peer.create', made)
  const before = node.asked('peer.create', learning.peerId).length
  const lost = learning.socket.ask('media.rejoin', { rtpCapabilities: {}, view }).catch(() => undefined)
  await until('the node is asked', () => node.asked('peer.create', learning.peerId).length > before)
  const back = await join(server, asha, sessionId, learning.peerId)
  expect(back.joined.media).toBe(null)
  letGo()
  await back.socket.heard('media.lost')
  expect(await refusal(back.socket, 'media.rejoin', { rtpCapabilities: {}, view })).toBe(undefined)
  learning.socket.close()
  await lost
})

test('a page whose new seat was never answered comes back to it, and is no other tab', async () => {
  const { sessionId, learning } = await aClass()
  node.answer('peer.resume', () => ({ found: false, consumers: [] }))
  learning.socket.ws.terminate()
  const unheard = await join(server, asha, sessionId, learning.peerId)
  expect(unheard.peerId).not.toBe(learning.peerId)
  unheard.socket.ws.terminate()
  const back = await join(server, asha, sessionId, learning.peerId)
  expect(back.peerId).toBe(unheard.peerId)
  expect(back.joined.media).not.toBe(null)
  expect(back.joined.state.people.filter((p) => p.userId === asha.userId)).toHaveLength(1)
  // A tab that came otherwise is still another one.
  await join(server, asha, sessionId)
  await expect(join(server, asha, sessionId, learning.peerId)).rejects.toMatchObject({ code: 'replaced' })
  node.answer('peer.resume', resumed)
})
