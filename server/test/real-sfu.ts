/** A real media node for a server's tests: real workers, its own ports, started and stopped at will. */
import { randomInt } from 'node:crypto'
import { parseConfig } from '../../sfu/src/config.ts'
import { makeLog } from '../../sfu/src/log.ts'
import { startNode, type MediaNode } from '../../sfu/src/node.ts'
import { closeLater, testConfig } from './harness.ts'

export interface RealSfu extends MediaNode {
  url: string
}

/** `port` of the control channel: that of an earlier node, to come back in its place. */
export async function startSfu({ port = 0, graceSeconds = 60 } = {}): Promise<RealSfu> {
  for (let attempt = 1; ; attempt++) {
    const config = parseConfig({
      SFU_SECRET: testConfig().SFU_SECRET,
      SFU_LISTEN: `127.0.0.1:${port}`,
      SFU_WORKERS: '1',
      SFU_NODE_ID: 'test-node',
      RTC_MIN_PORT: String(10_000 + 16 * randomInt(1_200)),
      MEDIASOUP_ANNOUNCED_ADDRESS: '127.0.0.1',
      MEDIASOUP_WORKER_BIN: process.env.MEDIASOUP_WORKER_BIN,
      LOG_LEVEL: 'silent',
    })
    try {
      const node = await startNode(config, makeLog(config.LOG_LEVEL), graceSeconds)
      return { ...node, url: `ws://127.0.0.1:${node.port}`, close: closeLater(() => node.close()) }
    } catch (error) {
      if (attempt === 5) throw error
    }
  }
}
