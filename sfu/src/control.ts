/** The edge of the node: servers' control channels over WebSocket, and two health pages, on one port. */
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { closeCode } from '@peerlearn/contract/channel'
import { WebSocketServer } from 'ws'
import { ControlAuth } from './control-auth.ts'
import { ControlChannel } from './control-channel.ts'
import type { Handle } from './handlers.ts'
import type { Logger } from './log.ts'

export interface ControlOptions {
  secret: string
  nodeId: string
  handle: Handle
  /** Whether rooms can be taken now. */
  isReady: () => boolean
  onGone: (channel: ControlChannel) => void
  log: Logger
}

/** A room's worth of parameters fits many times over. */
const maxFrameBytes = 1024 * 1024
const heartbeatInterval = 10_000

export class Control {
  readonly channels = new Set<ControlChannel>()
  readonly #options: ControlOptions
  readonly #auth: ControlAuth
  readonly #http: Server
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
  })
  readonly #heartbeat: NodeJS.Timeout
  #stopping = false

  constructor(options: ControlOptions) {
    this.#options = options
    this.#auth = new ControlAuth(options.secret)
    this.#http = createServer((request, response) => this.#answerHealth(request, response))
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#heartbeat = setInterval(() => this.#beat(), heartbeatInterval)
  }

  /** @throws when the port is taken */
  async listen({ host, port }: { host: string; port: number }): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#http.once('error', reject)
      this.#http.listen(port, host, resolve)
    })
    return (this.#http.address() as AddressInfo).port // an AddressInfo: it listens on no pipe
  }

  /** Tells every server that it should look elsewhere, and takes no more. */
  close(): void {
    this.#stopping = true
    clearInterval(this.#heartbeat)
    for (const channel of this.channels) channel.close(closeCode.restart, 'This node is stopping.')
    this.#http.close()
    this.#http.closeAllConnections()
  }

  #answerHealth({ method, url }: IncomingMessage, response: ServerResponse): void {
    const ready = !this.#stopping && this.#options.isReady()
    const pages: Record<string, boolean> = { '/health/live': true, '/health/ready': ready }
    const well = method === 'GET' ? pages[url ?? ''] : undefined
    const [status, word] = well === undefined ? [404, 'not-found'] : well ? [200, 'ok'] : [503, 'not-ready']
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify({ status: word }))
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const proof = this.#auth.accept(request.headers)
    if (proof === undefined || this.#stopping) {
      this.#options.log.warn({ from: request.socket.remoteAddress }, 'a control channel was refused')
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => {
      const { handle, nodeId, onGone, log } = this.#options
      const channel = new ControlChannel(ws, handle, log)
      this.channels.add(channel)
      ws.once('close', () => {
        this.channels.delete(channel)
        onGone(channel)
      })
      channel.tell('node.hello', { nodeId, proof })
    })
  }

  #beat(): void {
    for (const channel of this.channels) channel.beat()
  }
}
