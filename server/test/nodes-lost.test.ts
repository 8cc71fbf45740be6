/** Nodes that die or hang: their people are elsewhere before anybody gives up. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { join, newClass, refusal, until, view, type Seated } from './factories-rooms.ts'
import { startServer } from './harness.ts'
import { freePort } from './harness-ports.ts'
import { startNode, useTwoNodes } from './two-nodes.ts'

const desk = useTwoNodes()

const rejoin = ({ socket }: Seated) => socket.request('media.rejoin', { rtpCapabilities: {}, view })

describe('a node that is lost', () => {
  test('killed: its people make their media anew on another within 8 s, with the same seats', async () => {
    const { sessionId, teaching } = await desk.aClass()
    const learning = await join(desk.server, desk.asha, sessionId)
    const begun = Date.now()
    await desk.one.close()
    for (const seated of [teaching, learning]) {
      await seated.socket.heard('media.lost', () => true, 8_000)
      await rejoin(seated)
    }
    expect(Date.now() - begun).toBeLessThan(8_000)
    expect(desk.two.peersOf(sessionId).sort()).toEqual([teaching.peerId, learning.peerId].sort())
    expect(await desk.rowsOf(sessionId)).toEqual(['two'])
    expect(teaching.socket.all('peer.left')).toEqual([])
  })

  test('hung: its people are elsewhere within 8 s, and what it kept is closed when it speaks again', async () => {
    const { sessionId, teaching } = await desk.aClass()
    const { port } = desk.one
    const begun = Date.now()
    desk.one.hang()
    await teaching.socket.heard('media.lost', () => true, 8_000)
    await rejoin(teaching)
    expect(Date.now() - begun).toBeLessThan(8_000)
    await desk.one.close()
    const again = await startNode('one', { port })
    await until('it is told to close them', () =>
      again.heard.some(
        (h) => h.method === 'peer.close' && (h.data as { peerId: string }).peerId === teaching.peerId,
      ),
    )
    expect(desk.two.peersOf(sessionId)).toEqual([teaching.peerId])
  })

  test('since the room was last used: who looks in, or comes in, does not notice', async () => {
    const sessionId = await newClass(desk.server.db, desk.mentor, [desk.asha])
    await desk.server.db.insertInto('room_node').values({ session_id: sessionId, node_id: 'gone' }).execute()
    const page = await desk.server.connect(desk.asha)
    expect(await refusal(page, 'room.prepare', { sessionId })).toBe(undefined)
    const teaching = await join(desk.server, desk.mentor, sessionId)
    expect(desk.one.peersOf(sessionId)).toEqual([teaching.peerId])
    await until('it is forgotten', async () => (await desk.rowsOf(sessionId)).join() === 'one')
  })

  test('alone: it is waited for, and its people come back to it', async () => {
    const port = await freePort()
    const lone = await startNode('lone', { port })
    const other = await startServer({ env: { SFU_URLS: lone.url } })
    onTestFinished(() => other.close())
    const sessionId = await newClass(other.db, desk.mentor, [desk.asha])
    const teaching = await join(other, desk.mentor, sessionId)
    await lone.close()
    await until('it is away', async () => (await fetch(`${other.url}/health/ready`)).status === 503)
    expect(teaching.socket.all('media.lost')).toEqual([])
    const again = await startNode('lone', { port })
    await teaching.socket.heard('media.lost')
    await rejoin(teaching)
    expect(again.peersOf(sessionId)).toEqual([teaching.peerId])
  })
})
