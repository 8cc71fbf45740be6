import type { types } from 'mediasoup-client'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SocketError } from '../lib/socket.ts'
import type { IceState } from './ice-watch.ts'
import { MediaPath } from './media-path.ts'

/** A path whose restarts the server refuses so. */
function refusedPath(code: SocketError['code']) {
  const heard = new Map<string, (state: IceState) => void>()
  const transport = { id: 't', on: (name: string, hear: (state: IceState) => void) => heard.set(name, hear) }
  const onBroken = vi.fn()
  // Only what the path uses of it.
  new MediaPath(transport as unknown as types.Transport, {
    request: () => Promise.reject(new SocketError(code, code)),
    iceServers: () => Promise.resolve([]),
    onState: () => undefined,
    onBroken,
  })
  return { onBroken, become: (state: IceState) => heard.get('connectionstatechange')?.(state) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it.each(['not-found', 'peer-lost'] as const)(
  'a transport that the node has no more (%s) is given up at once, once',
  async (code) => {
    const { become, onBroken } = refusedPath(code)
    become('connected')
    become('failed')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(onBroken).toHaveBeenCalledTimes(1)
  },
)

it('a connection that the browser can’t restart is given up at once', async () => {
  const heard = new Map<string, (state: IceState) => void>()
  const transport = {
    id: 't',
    on: (name: string, hear: (state: IceState) => void) => heard.set(name, hear),
    restartIce: () => Promise.reject(new Error('Failed to parse SessionDescription')),
  }
  const onBroken = vi.fn()
  new MediaPath(transport as unknown as types.Transport, {
    // as the node answers
    request: (() => Promise.resolve({ iceParameters: {} })) as never,
    iceServers: () => Promise.resolve([]),
    onState: () => undefined,
    onBroken,
  })
  heard.get('connectionstatechange')?.('connected')
  heard.get('connectionstatechange')?.('failed')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onBroken).toHaveBeenCalledTimes(1)
})

it('a server that can’t be asked is no reason to give a transport up', async () => {
  const { become, onBroken } = refusedPath('offline')
  become('connected')
  become('failed')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(onBroken).not.toHaveBeenCalled()
})

it('credentials that came with the seat are used for the restart at once: nothing is fetched before it', async () => {
  const heard = new Map<string, (state: IceState) => void>()
  const done: string[] = []
  const said = (what: string) => () => Promise.resolve(void done.push(what))
  const transport = {
    id: 't',
    on: (name: string, hear: (state: IceState) => void) => heard.set(name, hear),
    updateIceServers: said('credentials'),
    restartIce: said('restart'),
  }
  const path = new MediaPath(transport as unknown as types.Transport, {
    // as the node answers
    request: (() => Promise.resolve({ iceParameters: {} })) as never,
    iceServers: () => Promise.reject(new Error('out of reach')),
    onState: () => undefined,
    onBroken: () => undefined,
  })
  heard.get('connectionstatechange')?.('connected')
  await vi.advanceTimersByTimeAsync(5 * 60_000)
  heard.get('connectionstatechange')?.('disconnected')
  await path.takeCredentials([])
  path.nudge()
  await vi.advanceTimersByTimeAsync(0)
  expect(done).toEqual(['credentials', 'restart'])
})
