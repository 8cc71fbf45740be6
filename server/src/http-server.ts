/** The listening part: HTTP with its time limits, and the upgrade to sockets. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { App } from './app.ts'

/** @returns the port; the one asked for, or a free one for 0. @throws when it is in use */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, () => {
      server.off('error', fail)
      done((server.address() as AddressInfo).port) // listening on a port, its address is one
    })
  })
}

export function createHttpServer(app: App): Server {
  // Time limits are looked at every `connectionsCheckingInterval`.
  const limits = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 }
  const server = createServer({ ...limits, keepAliveTimeout: 10_000 }, app.http)
  server.on('upgrade', (req, socket, head) => app.sockets.upgrade(req, socket, head))
  return server
}

/** Takes no more requests; those that run may end, connections that wait for another are closed. */
export function stopListening(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done())
    server.closeIdleConnections()
  })
}
