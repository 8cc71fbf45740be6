/** A real media node for a server's tests: real workers, its own ports, started and stopped at will. */
import { randomInt } from 'node:crypto'
import { parseConfig } from '../../sfu/src/config.ts'
import { makeLog } from '../../sfu/src/log.ts'
import { startNode, type MediaNode } from '../../sfu/src/node.ts'
import { closeLater, testConfig } from './harness.ts'

export interface RealSfu extends MediaNode {
  url: string
}

interface SfuWish {
  /** Of the control channel: that of an earlier node, to come back in its place. */
  port?: number
  graceSeconds?: number
  nodeId?: string
  /** Settings that differ from the usual ones of a test. */
  env?: Record<string, string>
}

export async function startSfu(wish: SfuWish = {}): Promise<RealSfu> {
  const { port = 0, graceSeconds = 60, nodeId = 'test-node', env = {} } = wish
  for (let attempt = 1; ; attempt++) {
    const config = parseConfig({
      SFU_SECRET: testConfig().SFU_SECRET,
      SFU_LISTEN: `127.0.0.1:${port}`,
      SFU_WORKERS: '1',
      SFU_NODE_ID: nodeId,
      RTC_MIN_PORT: String(10_000 + 16 * randomInt(1_200)),
      MEDIASOUP_ANNOUNCED_ADDRESS: '127.0.0.1',
      MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
      LOG_LEVEL: 'silent',
      ...env,
    })
    try {
      const node = await startNode(config, makeLog(config.LOG_LEVEL), graceSeconds)
      return { ...node, url: `ws://127.0.0.1:${node.port}`, close: closeLater(() => node.close()) }
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}
