/** `/metrics` for Prometheus, on an address of its own that is not for the public. */
import { createServer, type Server } from 'node:http'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.ts'

export interface Listening {
  port: number
  close(): Promise<void>
}

/** @throws when the address can't be had */
export async function serveMetrics(
  metrics: Metrics,
  at: { host: string; port: number },
  log: Logger,
): Promise<Listening> {
  const server = createServer({ requestTimeout: 10_000 }, (req, res) => {
    if (req.method !== 'GET' || req.url?.split('?')[0] !== '/metrics') return res.writeHead(404).end()
    metrics.text().then(
      (text) => res.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      (err: unknown) => {
        log.error({ err }, 'the metrics could not be told')
        res.writeHead(500).end()
      },
    )
  })
  await new Promise<void>((done, fail) => server.once('error', fail).listen(at.port, at.host, done))
  const address = server.address()
  return {
    port: address && typeof address === 'object' ? address.port : at.port,
    close: () => closed(server),
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
}
