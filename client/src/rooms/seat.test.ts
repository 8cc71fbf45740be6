import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { Seat } from './seat.ts'

type Answer = () => unknown

/** A seat over a socket that answers each method with what is next in its list, and goes on with the last one. */
function seated(answers: Record<string, Answer[]>) {
  const asked: [method: string, data: unknown][] = []
  const socket = {
    state: 'open' as Socket['state'],
    opened: () => Promise.resolve(),
    request: ((method: string, data: unknown) => {
      asked.push([method, data])
      const list = answers[method] ?? []
      const answer = list.length > 1 ? list.shift() : list[0]
      return Promise.resolve().then(() => answer?.())
    }) as Socket['request'], // only the shape of the answers differs
  }
  const told = { onJoined: vi.fn(), onRejoined: vi.fn(), onEnding: vi.fn() }
  const seat = new Seat({
    socket,
    sessionId: 's',
    coming: () => ({ rtpCapabilities: {}, view: { videos: 9 } }),
    ...told,
  })
  return { seat, socket, asked, ...told }
}

const refused = (code: SocketError['code']) => () => {
  throw new SocketError(code, code)
}
const joined = (peerId: string) => () => ({ peerId, media: null })
const joinedAnew = (peerId: string) => () => ({ peerId, media: {} })

describe('a seat in a room', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is tried again when the connection fails while joining', async () => {
    const { seat, onJoined } = seated({ 'room.join': [refused('offline'), joined('p')] })
    await seat.join()
    expect(onJoined).toHaveBeenCalledTimes(1)
    expect(seat.peerId).toBe('p')
  })

  it('is not tried again against a refusal, which the person gets to read', async () => {
    const { seat, asked } = seated({ 'room.join': [refused('room-full')] })
    await expect(seat.join()).rejects.toMatchObject({ code: 'room-full' })
    expect(asked).toHaveLength(1)
  })

  it('is the same one after the socket was away', async () => {
    const { seat, asked, onJoined } = seated({ 'room.join': [joined('p')] })
    await seat.join()
    seat.comeBack()
    await vi.runAllTimersAsync()
    expect(asked[1]).toMatchObject(['room.join', { resume: 'p' }])
    expect(onJoined).toHaveBeenCalledTimes(2)
  })

  it('misses nothing that is told while the answer is on its way, and hears nothing before', async () => {
    const heard: string[] = []
    const { seat } = seated({ 'room.join': [joined('p')] })
    seat.told(() => heard.push('before'))
    const joining = seat.join()
    await Promise.resolve()
    seat.told(() => heard.push('meanwhile'))
    expect(heard).toEqual([])
    await joining
    seat.told(() => heard.push('after'))
    expect(heard).toEqual(['meanwhile', 'after'])
  })

  it('asks for new media until there are some, and for the seat when that was lost meanwhile', async () => {
    const { seat, asked, onRejoined } = seated({
      'room.join': [joined('p'), joinedAnew('q')],
      'media.rejoin': [refused('media-unavailable'), refused('not-in-room'), () => ({})],
    })
    await seat.join()
    seat.rebuildMedia()
    await vi.runAllTimersAsync()
    expect(asked.map(([method]) => method)).toEqual([
      'room.join',
      'media.rejoin',
      'media.rejoin',
      'room.join',
    ])
    expect(onRejoined).not.toHaveBeenCalled()
  })

  it('asks for new media after the socket was away, when the seat comes back with the earlier ones', async () => {
    const { seat, socket, asked, onRejoined } = seated({
      'room.join': [joined('p')],
      'media.rejoin': [() => ({})],
    })
    await seat.join()
    socket.state = 'waiting'
    seat.rebuildMedia()
    socket.state = 'open'
    seat.comeBack()
    await vi.runAllTimersAsync()
    expect(asked.map(([method]) => method)).toEqual(['room.join', 'room.join', 'media.rejoin'])
    expect(onRejoined).toHaveBeenCalledTimes(1)
  })

  it('asks once more for media whose answer was lost with the socket', async () => {
    const { seat, socket, asked, onRejoined } = seated({
      'room.join': [joined('p')],
      'media.rejoin': [refused('offline'), () => ({})],
    })
    await seat.join()
    seat.rebuildMedia()
    socket.state = 'waiting'
    await vi.runAllTimersAsync()
    socket.state = 'open'
    seat.comeBack()
    await vi.runAllTimersAsync()
    expect(asked.map(([method]) => method)).toEqual([
      'room.join',
      'media.rejoin',
      'room.join',
      'media.rejoin',
    ])
    expect(onRejoined).toHaveBeenCalledTimes(1)
  })

  it('ends when somebody took it over or the mentor removed the person', async () => {
    const { seat, onEnding } = seated({ 'room.join': [joined('p'), refused('removed')] })
    await seat.join()
    seat.comeBack()
    await vi.runAllTimersAsync()
    expect(onEnding).toHaveBeenCalledWith('removed')
  })
})
