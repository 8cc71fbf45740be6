/** A real media node for a test, with real workers on ports of its own, and servers that control it. */
import { randomInt } from 'node:crypto'
import { parseConfig } from '../src/config.ts'
import { makeLog } from '../src/log.ts'
import { startNode } from '../src/node.ts'
import type { MediaNode } from '../src/node.ts'
import { ServerEnd } from './server-end.ts'

export const secret = '5f1d2c7be09a4e6390dd13b6a2f0c48e'

export interface NodeUnderTest extends MediaNode {
  /** Opens a control channel, as a server does. */
  server(): Promise<ServerEnd>
}

/** The environment of a node on this machine; MEDIASOUP_WORKER_BIN comes from the runner's. */
export const environment = (workers = 1) => ({
  SFU_SECRET: secret,
  SFU_LISTEN: '127.0.0.1:0',
  SFU_WORKERS: String(workers),
  SFU_NODE_ID: 'node-under-test',
  RTC_MIN_PORT: String(10_000 + 16 * randomInt(1_200)),
  SFU_PIPE_MIN_PORT: '36000',
  SFU_PIPE_MAX_PORT: '38999',
  MEDIASOUP_ANNOUNCED_ADDRESS: '127.0.0.1',
  MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
  LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
})

interface StartOptions {
  workers?: number
  graceSeconds?: number
  /** Settings other than a test's usual ones. */
  env?: Record<string, string>
}

/** Starts a node; another port is taken when somebody has this one. */
export async function startTestNode({
  workers = 1,
  graceSeconds = 60,
  env = {},
}: StartOptions = {}): Promise<NodeUnderTest> {
  for (let attempt = 1; ; attempt++) {
    const config = parseConfig({ ...environment(workers), ...env })
    try {
      const node = await startNode(config, makeLog(config.LOG_LEVEL), graceSeconds)
      const servers: ServerEnd[] = []
      const server = async () => {
        const end = await ServerEnd.open(node.port, secret)
        servers.push(end)
        return end
      }
      const close = async () => {
        for (const end of servers) end.close()
        await node.close()
      }
      return { ...node, server, close }
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}
