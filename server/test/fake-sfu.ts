/**
 * A media node without media, for what a real one can't be made to do on demand: hang, lie, refuse. It speaks the real
 * control protocol over a real WebSocket.
 */
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { requestFrame } from '@peerlearn/contract/channel'
import { AppError } from '@peerlearn/contract/errors'
import { controlHeaders, sfuMessages, type SfuMethod } from '@peerlearn/contract/sfu'
import { WebSocketServer, type WebSocket } from 'ws'

type Answer = (data: unknown) => unknown

export interface FakeSfu {
  url: string
  port: number
  /** Every request heard, in order. */
  heard: { method: SfuMethod; data: unknown }[]
  connections: () => number
  /** Answers this method so from now on; throwing an AppError refuses, a promise that never settles hangs. */
  answer(method: SfuMethod, answer: Answer): void
  tell(event: string, data: unknown): void
  /** Sends what it likes, whatever it is. */
  sendRaw(text: string): void
  dropConnections(): void
  close(): Promise<void>
}

const proof = (secret: string, side: string, nonce: unknown, time: unknown) =>
  createHmac('sha256', secret)
    .update(`${side}:${String(nonce)}:${String(time)}`)
    .digest('hex')

export async function startFakeSfu(secret: string, { port = 0, claims = secret } = {}): Promise<FakeSfu> {
  const server = new WebSocketServer({ port, host: '127.0.0.1' })
  await once(server, 'listening')
  const answers = new Map<SfuMethod, Answer>()
  const fake: FakeSfu = {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    url: '',
    heard: [],
    connections: () => server.clients.size,
    answer: (method, answer) => void answers.set(method, answer),
    tell: (event, data) => fake.sendRaw(JSON.stringify({ event, data })),
    sendRaw: (text) => server.clients.forEach((client) => client.send(text)),
    dropConnections: () => server.clients.forEach((client) => client.terminate()),
    close: async () => {
      fake.dropConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  fake.url = `ws://127.0.0.1:${fake.port}`
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
    client.send(JSON.stringify({ event: 'node.hello', data: { nodeId: 'fake', proof: answer } }))
    client.on('message', (raw: Buffer) => void handle(client, raw))
  })
  return fake
}
