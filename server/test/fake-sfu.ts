/**
 * A media node without media, for what a real one can't be made to do on demand: hang, lie, refuse, be full. It speaks the
 * real control protocol over a real WebSocket, and keeps which peers it has.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { requestFrame } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import type { NodeInfo } from '@peerlearn/contract/node-stats'
import { controlHeaders, sfuMessages, type SfuMethod } from '@peerlearn/contract/sfu'
import { WebSocketServer, type WebSocket } from 'ws'

type Answer = (data: unknown) => unknown

export interface FakeSfu {
  url: string
  port: number
  info: NodeInfo
  /** Every request heard, in order. */
  heard: { method: SfuMethod; data: unknown }[]
  connections: () => number
  /** The peers that it has of this room. */
  peersOf(roomId: string): string[]
  /** Answers this method so from now on; throwing an AppError refuses, a promise that never settles hangs. */
  answer(method: SfuMethod, answer: Answer): void
  tell(event: string, data: unknown): void
  /** Says what it is now, changed so. */
  measure(changed?: Partial<NodeInfo>): void
  /** Sends what it likes, whatever it is. */
  sendRaw(text: string): void
  dropConnections(): void
  /** From now on it reads and answers nothing, as a process that is stopped: connections stay, new ones get no word. */
  hang(): void
  close(): Promise<void>
}

const proof = (secret: string, side: string, nonce: unknown, time: unknown) =>
  createHmac('sha256', secret)
    .update(`${side}:${String(nonce)}:${String(time)}`)
    .digest('hex')

interface FakeWish {
  port?: number
  claims?: string
  info?: Partial<NodeInfo>
}

interface OfPeer {
  roomId: string
  peerId: string
}

const transport = () => ({
  id: randomUUID(),
  iceParameters: { usernameFragment: 'u', password: 'p' },
  iceCandidates: [],
  dtlsParameters: {
    role: 'auto',
    fingerprints: [{ algorithm: 'sha-256', value: Array(32).fill('AB').join(':') }],
  },
})

/** What a node that works would answer, as far as a server cares. */
function usualAnswers(rooms: Map<string, Set<string>>): Partial<Record<SfuMethod, Answer>> {
  const peersOf = (roomId: string) => rooms.get(roomId) ?? new Set<string>()
  const attach = ({ roomId }: OfPeer) => {
    rooms.set(roomId, peersOf(roomId))
    const peers = [...peersOf(roomId)].map((peerId) => ({
      peerId,
      mentor: false,
      connection: 'connected',
      producers: [],
    }))
    return { rtpCapabilities: {}, codecs: ['video/VP8'], peers }
  }
  const create = ({ roomId, peerId }: OfPeer) => {
    if (!rooms.has(roomId)) throw new AppError('not-found', 'There is no such room.')
    peersOf(roomId).add(peerId)
    return { send: transport(), recv: transport(), consumers: [] }
  }
  const resume = ({ roomId, peerId }: OfPeer) => ({ found: peersOf(roomId).has(peerId), consumers: [] })
  const closePeer = ({ roomId, peerId }: OfPeer) => {
    peersOf(roomId).delete(peerId)
    return {}
  }
  const close = ({ roomId }: OfPeer) => {
    rooms.delete(roomId)
    return {}
  }
  // Each is given what its own schema parsed.
  return {
    'room.attach': attach,
    'room.close': close,
    'peer.create': create,
    'peer.resume': resume,
    'peer.close': closePeer,
  } as Partial<Record<SfuMethod, Answer>>
}

export async function startFakeSfu(
  secret: string,
  { port = 0, claims = secret, info = {} }: FakeWish = {},
): Promise<FakeSfu> {
  let hung = false
  const http = createServer()
  const sockets = new Set<Socket>()
  http.on('connection', (socket: Socket) => void sockets.add(socket))
  const server = new WebSocketServer({
    server: http,
    verifyClient: (_client, done) => void (hung || done(true)),
  })
  http.listen(port, '127.0.0.1')
  await once(http, 'listening')
  const rooms = new Map<string, Set<string>>()
  const answers = new Map(Object.entries(usualAnswers(rooms)))
  const listening = (http.address() as AddressInfo).port // it listens on TCP
  const url = `ws://127.0.0.1:${listening}`
  const fake: FakeSfu = {
    port: listening,
    url,
    info: { nodeId: 'fake', url, region: '', draining: false, until: null, load: 0, ...info },
    heard: [],
    connections: () => server.clients.size,
    peersOf: (roomId) => [...(rooms.get(roomId) ?? [])],
    answer: (method, answer) => void answers.set(method, answer),
    tell: (event, data) => fake.sendRaw(JSON.stringify({ event, data })),
    measure: (changed = {}) => {
      Object.assign(fake.info, changed)
      fake.tell('node.stats', { node: fake.info, workers: [], rooms: [], peers: [] })
    },
    sendRaw: (text) => server.clients.forEach((client) => client.send(text)),
    dropConnections: () => server.clients.forEach((client) => client.terminate()),
    hang: () => {
      hung = true
      server.clients.forEach((client) => client.pause())
    },
    close: async () => {
      fake.dropConnections()
      const closed = once(http, 'close')
      http.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  const handle = async (client: WebSocket, raw: Buffer) => {
    const { id, method, data } = requestFrame.parse(JSON.parse(raw.toString()))
    const known = method as SfuMethod // the next line throws for any other
    fake.heard.push({ method: known, data: sfuMessages[known].input.parse(data) })
    try {
      const answer: unknown = await (answers.get(known) ?? (() => ({})))(data)
      client.send(JSON.stringify({ id, ok: true, data: answer }))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      client.send(JSON.stringify({ id, ok: false, error: error.toBody() }))
    }
  }
  server.on('connection', (client, request) => {
    const header = (name: keyof typeof controlHeaders) => request.headers[controlHeaders[name]]
    if (header('proof') !== proof(secret, 'server', header('nonce'), header('time')))
      return client.close(4401)
    const answer = proof(claims, 'sfu', header('nonce'), header('time'))
    client.send(JSON.stringify({ event: 'node.hello', data: { nodeId: fake.info.nodeId, proof: answer } }))
    client.on('message', (raw: Buffer) => void handle(client, raw))
  })
  return fake
}
