/** Where a server puts people, and where they move when a node is emptied. */
import { randomUUID } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import { describe, expect, test } from 'vitest'
import type { FakeSfu } from './fake-sfu.ts'
import { join, refusal, until, view, type Seated } from './factories-rooms.ts'
import { useTwoNodes } from './two-nodes.ts'

const desk = useTwoNodes()

const move = ({ socket }: Seated) => socket.request('media.move', { rtpCapabilities: {}, view })
const links = (node: FakeSfu, roomId: string) =>
  node.heard
    .flatMap(({ method, data }) =>
      method === 'room.link' ? [data as { roomId: string; nodes: unknown[] }] : [],
    )
    .filter((data) => data.roomId === roomId)

describe('where newcomers go', () => {
  test('a room begins on the least loaded node, and stays on it while that has room', async () => {
    const { sessionId, teaching } = await desk.aClass()
    const learning = await join(desk.server, desk.asha, sessionId)
    expect(desk.one.peersOf(sessionId).sort()).toEqual([teaching.peerId, learning.peerId].sort())
    expect(desk.two.peersOf(sessionId)).toEqual([])
    expect(await desk.rowsOf(sessionId)).toEqual(['one'])
    expect(links(desk.one, sessionId).flatMap(({ nodes }) => nodes)).toEqual([])
  })

  test('once it is full the room spills to another, and both are told of each other', async () => {
    const { sessionId } = await desk.aClass()
    await desk.becomes(desk.one, { load: 1 })
    const learning = await join(desk.server, desk.asha, sessionId)
    expect(desk.two.peersOf(sessionId)).toEqual([learning.peerId])
    expect(await desk.rowsOf(sessionId)).toEqual(['one', 'two'])
    await until(
      'they are linked',
      () => links(desk.one, sessionId).length > 0 && links(desk.two, sessionId).length > 0,
    )
    expect(links(desk.one, sessionId).at(-1)?.nodes).toEqual([{ nodeId: 'two', url: desk.two.url }])
    expect(links(desk.two, sessionId).at(-1)?.nodes).toEqual([{ nodeId: 'one', url: desk.one.url }])
  })

  test('a node that refuses because it is full is no reason to refuse anybody', async () => {
    const { sessionId } = await desk.aClass()
    desk.one.answer('peer.create', () => {
      throw new AppError('media-full', 'This node is full.')
    })
    const learning = await join(desk.server, desk.asha, sessionId)
    expect(desk.two.peersOf(sessionId)).toEqual([learning.peerId])
  })

  test('when nobody has room it is said at once, and nobody has joined', async () => {
    const { sessionId, teaching } = await desk.aClass()
    await desk.becomes(desk.one, { load: 1 })
    await desk.becomes(desk.two, { load: 1 })
    const page = await desk.server.connect(desk.asha)
    const begun = Date.now()
    const answer = await page.ask('room.join', { sessionId, rtpCapabilities: {}, view })
    expect(Date.now() - begun).toBeLessThan(1_000)
    expect(answer).toMatchObject({ ok: false, error: { code: 'media-full' } })
    expect(teaching.socket.all('peer.joined').map((e) => e.data.userId)).not.toContain(desk.asha.userId)
    await desk.becomes(desk.two, { load: 0.2 })
    await until('there is room again', async () => {
      const code = await refusal(page, 'room.join', { sessionId, rtpCapabilities: {}, view })
      return code === undefined
    })
  })
})

describe('a node that is emptied', () => {
  test('its people are asked to move, the old media go on until the new flow, and the room leaves it', async () => {
    const { sessionId, teaching } = await desk.aClass()
    const learning = await join(desk.server, desk.asha, sessionId)
    await desk.becomes(desk.one, { draining: true })
    for (const seated of [teaching, learning]) await seated.socket.heard('media.moving')
    const moved = await move(teaching)
    expect(moved.media.send.id).not.toBe(teaching.joined.media?.send.id)
    expect(desk.one.peersOf(sessionId)).toContain(teaching.peerId)
    expect(desk.two.peersOf(sessionId)).toEqual([teaching.peerId])
    await teaching.socket.request('media.moved', {})
    await until('the old are closed', () => !desk.one.peersOf(sessionId).includes(teaching.peerId))
    await move(learning)
    await learning.socket.request('media.moved', {})
    await until('the room has left it', async () => (await desk.rowsOf(sessionId)).join() === 'two')
    await until('nobody is told of it there', () =>
      desk.one.heard.some(
        (h) => h.method === 'room.detach' && (h.data as { roomId: string }).roomId === sessionId,
      ),
    )
    expect(teaching.socket.all('media.lost')).toEqual([])
    expect(teaching.socket.all('peer.left')).toEqual([])
  })

  test('the room leaves it at once when another server, or the node itself, closed the last old media there', async () => {
    const { sessionId, teaching } = await desk.aClass()
    await desk.becomes(desk.one, { draining: true })
    await teaching.socket.heard('media.moving')
    await move(teaching)
    expect(await desk.rowsOf(sessionId)).toEqual(['one', 'two'])
    desk.one.tell('peer.closed', { roomId: sessionId, peerId: teaching.peerId, reason: 'closed' })
    // Sooner than the rounds in which servers make up for what they missed.
    await until('the room has left it', async () => (await desk.rowsOf(sessionId)).join() === 'two', 2_000)
    expect(desk.two.peersOf(sessionId)).toEqual([teaching.peerId])
  })

  test('taken back, nobody who has not begun is asked any more, and newcomers go there again', async () => {
    const { sessionId, teaching } = await desk.aClass()
    await desk.becomes(desk.one, { draining: true })
    await teaching.socket.heard('media.moving')
    const asked = teaching.socket.all('media.moving').length
    await desk.becomes(desk.one, { draining: false })
    const learning = await join(desk.server, desk.asha, sessionId)
    expect(desk.one.peersOf(sessionId)).toContain(learning.peerId)
    expect(teaching.socket.all('media.moving')).toHaveLength(asked)
  })

  test('with nowhere to go nobody is moved, and newcomers still come in', async () => {
    const { sessionId, teaching } = await desk.aClass()
    await desk.becomes(desk.two, { load: 1 })
    await desk.becomes(desk.one, { draining: true })
    const learning = await join(desk.server, desk.asha, sessionId)
    expect(desk.one.peersOf(sessionId)).toContain(learning.peerId)
    expect(teaching.socket.all('media.moving')).toEqual([])
    await desk.becomes(desk.two, { load: 0 })
    await teaching.socket.heard('media.moving')
  })

  test('a page whose socket was away meanwhile is asked when it is back', async () => {
    const { sessionId, teaching } = await desk.aClass()
    teaching.socket.ws.terminate()
    await desk.becomes(desk.one, { draining: true })
    const back = await join(desk.server, desk.mentor, sessionId, teaching.peerId)
    expect(back.joined.media).toBe(null)
    await back.socket.heard('media.moving')
    await move(back)
    expect(desk.two.peersOf(sessionId)).toEqual([teaching.peerId])
  })

  test('messages about the old media and the new find their node', async () => {
    const { sessionId, teaching } = await desk.aClass()
    const old = randomUUID()
    const notThere = () => {
      throw new AppError('not-found', 'There is no such producer.')
    }
    desk.two.answer('producer.pause', notThere)
    await desk.becomes(desk.one, { draining: true })
    await teaching.socket.heard('media.moving')
    await move(teaching)
    await teaching.socket.request('producer.pause', { producerId: old })
    expect(desk.one.heard.at(-1)).toMatchObject({ method: 'producer.pause', data: { roomId: sessionId } })
    await teaching.socket.request('view.set', { tiles: [] })
    for (const node of [desk.one, desk.two])
      await until('both have the view', () => node.heard.some((h) => h.method === 'view.set'))
  })
})
