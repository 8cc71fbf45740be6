import { describe, expect, it } from 'vitest'
import {
  chatKept,
  emptyRoom,
  fold,
  maySend,
  roomEvent,
  type NewRoomEvent,
  type RoomState,
} from './room-state.ts'

const sessionId = '0198c0de-0000-7000-8000-000000000001'
const uuid = (n: number) => `0198c0de-0000-7000-8000-${String(n).padStart(12, '0')}`
const [meera, asha, ravi] = [uuid(11), uuid(12), uuid(13)] as const

const joined = (userId: string, peer: number, role: 'mentor' | 'learner' = 'learner'): NewRoomEvent => ({
  kind: 'peer.joined',
  actorId: userId,
  data: { userId, peerId: uuid(peer), name: 'A person', role },
})
const said = (n: number): NewRoomEvent => ({
  kind: 'chat.message',
  actorId: asha,
  data: { userId: asha, name: 'Asha', text: `line ${n}`, clientId: uuid(1000 + n) },
})
const hand = (kind: 'hand.raised' | 'hand.lowered', userId: string): NewRoomEvent => ({
  kind,
  actorId: userId,
  data: { userId },
})

const at = '2026-11-24T12:30:00.000Z'
const play = (events: NewRoomEvent[], from: RoomState = emptyRoom(sessionId)) =>
  events.reduce(
    (state, event) => fold(state, roomEvent.parse({ sessionId, seq: state.seq + 1, at, ...event })),
    from,
  )

const opened: NewRoomEvent = { kind: 'room.opened', actorId: meera, data: { staged: false } }
const closed: NewRoomEvent = { kind: 'room.closed', actorId: meera, data: {} }

describe('the fold of a room', () => {
  it('shows people in the order in which they came', () => {
    const room = play([opened, joined(meera, 1, 'mentor'), joined(asha, 2), joined(ravi, 3)])
    expect(room.people.map((p) => p.userId)).toEqual([meera, asha, ravi])
    expect(room.phase).toBe('open')
  })

  it('keeps the place and the raised hand of someone who reloads', () => {
    const room = play([opened, joined(asha, 2), joined(ravi, 3), hand('hand.raised', asha), joined(asha, 4)])
    expect(room.people.map((p) => p.peerId)).toEqual([uuid(4), uuid(3)])
    expect(room.hands).toEqual([asha])
  })

  it('ignores the leave of a peer that was replaced', () => {
    const late: NewRoomEvent = {
      kind: 'peer.left',
      actorId: null,
      data: { userId: asha, peerId: uuid(2), reason: 'lost' },
    }
    const room = play([opened, joined(asha, 2), joined(asha, 4), late])
    expect(room.people.map((p) => p.peerId)).toEqual([uuid(4)])
  })

  it('keeps hands in the order in which they were raised, each once', () => {
    const room = play([
      opened,
      joined(asha, 2),
      joined(ravi, 3),
      hand('hand.raised', ravi),
      hand('hand.raised', asha),
      hand('hand.raised', ravi),
    ])
    expect(room.hands).toEqual([ravi, asha])
    expect(play([hand('hand.lowered', ravi)], room).hands).toEqual([asha])
  })

  it('remembers who was removed, after they are gone', () => {
    const removal: NewRoomEvent = { kind: 'peer.removed', actorId: meera, data: { userId: asha } }
    const room = play([opened, joined(asha, 2), hand('hand.raised', asha), removal])
    expect(room).toMatchObject({ people: [], hands: [], removed: [asha] })
  })

  describe('with a stage', () => {
    const staged: NewRoomEvent = { kind: 'room.opened', actorId: meera, data: { staged: true } }
    const stage = (kind: 'stage.joined' | 'stage.left', userId: string): NewRoomEvent => ({
      kind,
      actorId: meera,
      data: { userId },
    })
    const present = [staged, joined(meera, 1, 'mentor'), joined(asha, 2), joined(ravi, 3)]

    it('lets only those on it send, in the order in which they came', () => {
      const room = play([...present, stage('stage.joined', ravi), stage('stage.joined', asha)])
      expect(room.stage).toEqual([ravi, asha])
      expect([maySend(room, ravi), maySend(play(present), ravi)]).toEqual([true, false])
      expect(maySend(play([opened, joined(asha, 2)]), asha)).toBe(true)
    })

    it('takes the hand of who is brought on it as answered', () => {
      expect(play([...present, hand('hand.raised', asha), stage('stage.joined', asha)]).hands).toEqual([])
    })

    it('keeps the place of someone who reloads, and not of someone who left', () => {
      const room = play([...present, stage('stage.joined', asha), joined(asha, 4)])
      expect(room.stage).toEqual([asha])
      const data = { userId: asha, peerId: uuid(4), reason: 'left' as const }
      const left = play([{ kind: 'peer.left', actorId: asha, data }], room)
      expect(left.stage).toEqual([])
      expect(play([joined(asha, 5)], left).stage).toEqual([])
    })

    it('has nobody on it whom the mentor removed, and nobody when the class ends', () => {
      const room = play([...present, stage('stage.joined', asha), stage('stage.joined', ravi)])
      const removal: NewRoomEvent = { kind: 'peer.removed', actorId: meera, data: { userId: asha } }
      expect(play([removal], room).stage).toEqual([ravi])
      expect(play([closed], room).stage).toEqual([])
    })
  })

  it('bounds the chat that a late joiner gets, newest kept', () => {
    const room = play([opened, ...Array.from({ length: chatKept + 5 }, (_, n) => said(n))])
    expect(room.chat).toHaveLength(chatKept)
    expect(room.chat.at(-1)?.text).toBe(`line ${chatKept + 4}`)
  })

  it('empties the room when the class ends', () => {
    expect(play([opened, joined(asha, 2), hand('hand.raised', asha), closed])).toMatchObject({
      phase: 'closed',
      people: [],
      hands: [],
    })
  })

  it('takes a repeated event once and refuses one that comes too early', () => {
    const room = play([opened, said(1)])
    const again = roomEvent.parse({ sessionId, seq: 2, at, ...said(1) })
    expect(fold(room, again)).toBe(room)
    expect(() => fold(room, { ...again, seq: 4 })).toThrow('event 4 came after 2')
  })
})
