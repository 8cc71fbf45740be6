/** A media node that agrees to everything and moves no media: for what rooms ask of it, and what it tells them. */
import { randomUUID } from 'node:crypto'
import type { SfuInput } from '../src/sfu/requests.ts'
import type { Connection } from '@peerlearn/contract/media'
import type { PeerStats } from '@peerlearn/contract/node-stats'
import type { SfuMethod } from '@peerlearn/contract/sfu'
import { startFakeSfu, type FakeSfu } from './fake-sfu.ts'
import { closeLater, startServer, testConfig, type Person, type TestServer } from './harness.ts'
import { nodeStats, peerStats } from './node-figures.ts'
import { dtlsParameters } from './room-parameters.ts'

const transport = () => ({
  id: randomUUID(),
  iceParameters: { usernameFragment: 'u', password: 'p' },
  iceCandidates: [],
  dtlsParameters,
})

export interface FakeNode extends FakeSfu {
  /** What it was asked of this peer under this name, in order. */
  asked<M extends SfuMethod>(method: M, peerId: string): SfuInput<M>[]
  /** This peer's media are so now. */
  connects(peerId: string, connection: Connection): void
  /** As when the room's worker dies. */
  loses(roomId: string): void
  /** Tells what it measured of these peers. */
  measures(roomId: string, peers: (Partial<PeerStats> & { peerId: string })[]): void
}

export async function startFakeNode(): Promise<FakeNode> {
  const fake = await startFakeSfu(testConfig().SFU_SECRET)
  const peers = new Map<string, { roomId: string; mentor: boolean; connection: Connection }>()
  fake.answer('room.attach', (data) => {
    const { roomId } = data as SfuInput<'room.attach'> // parsed before it came here
    const present = [...peers].filter(([, peer]) => peer.roomId === roomId)
    const info = present.map(([peerId, { mentor, connection }]) => ({
      peerId,
      mentor,
      connection,
      producers: [],
    }))
    return { rtpCapabilities: {}, peers: info, codecs: [] }
  })
  fake.answer('peer.create', (data) => {
    const { roomId, peerId, mentor } = data as SfuInput<'peer.create'>
    peers.set(peerId, { roomId, mentor, connection: 'connecting' })
    return { send: transport(), recv: transport(), consumers: [] }
  })
  fake.answer('peer.close', (data) => {
    peers.delete((data as SfuInput<'peer.close'>).peerId)
    return {}
  })
  fake.answer('peer.resume', () => ({ found: true, consumers: [] }))
  fake.answer('producer.create', () => ({ producerId: randomUUID() }))
  let measured = nodeStats()
  const tell = () => fake.tell('node.stats', measured)
  // As a real one does: a node that says nothing is taken to hang.
  const timer = setInterval(tell, 2_000)
  closeLater(async () => {
    clearInterval(timer)
    await fake.close()
  })
  return Object.assign(fake, {
    asked: <M extends SfuMethod>(method: M, peerId: string) =>
      fake.heard
        .filter((one) => one.method === method && (one.data as { peerId?: string }).peerId === peerId)
        .map((one) => one.data as SfuInput<M>), // parsed by the method's own schema
    connects: (peerId: string, connection: Connection) => {
      const peer = peers.get(peerId)
      if (!peer) throw new Error('there is no such peer')
      peer.connection = connection
      fake.tell('peer.connection', { roomId: peer.roomId, peerId, connection })
    },
    loses: (roomId: string) => {
      const lost = [...peers].filter(([, peer]) => peer.roomId === roomId).map(([peerId]) => peerId)
      for (const peerId of lost) peers.delete(peerId)
      fake.tell('room.lost', { roomId, peerIds: lost })
    },
    measures: (roomId: string, peers: (Partial<PeerStats> & { peerId: string })[]) => {
      measured = nodeStats({ peers: peers.map((peer) => peerStats({ roomId, ...peer })) })
      tell()
    },
  })
}

/** A server with such a node, a mentor, and Asha who learns there. */
export async function startServerOfRooms(): Promise<{
  node: FakeNode
  server: TestServer
  mentor: Person
  asha: Person
}> {
  const node = await startFakeNode()
  const server = await startServer({ env: { SFU_URLS: node.url } })
  const mentor = await server.person({ roles: ['mentor'], name: 'Mira' })
  const asha = await server.person({ name: 'Asha' })
  return { node, server, mentor, asha }
}
