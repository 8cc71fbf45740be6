/** The nodes that registered themselves in Redis (contract/node-stats.ts, `nodeKey`). Redis away: what was known stays known. */
import { nodeInfo, nodeKey, type NodeInfo } from '@peerlearn/contract/node-stats'
import { Redis } from 'ioredis'
import type { Logger } from 'pino'

const everyMs = 2_000
const limitMs = 1_500

export interface NodeRegistry {
  close(): void
}

/** Tells the entries of the registry every two seconds. */
export function readNodeRegistry(
  redisUrl: string,
  log: Logger,
  hear: (nodes: NodeInfo[]) => void,
): NodeRegistry {
  const redis = new Redis(redisUrl, {
    maxRetriesPerRequest: 0,
    commandTimeout: limitMs,
    retryStrategy: (n) => Math.min(n * 100, 1_000),
  })
  redis.on('error', () => undefined) // the bus on the same Redis tells of it
  let reading = false
  const read = async () => {
    if (reading) return
    reading = true
    try {
      hear(await readAll(redis))
    } catch (err) {
      log.debug({ err }, 'the node registry was not read')
    } finally {
      reading = false
    }
  }
  const timer = setInterval(() => void read(), everyMs)
  redis.on('ready', () => void read())
  return {
    close: () => {
      clearInterval(timer)
      redis.disconnect()
    },
  }
}

async function readAll(redis: Redis): Promise<NodeInfo[]> {
  const keys = new Set<string>()
  let cursor = '0'
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', nodeKey('*'), 'COUNT', 200)
    for (const key of found) keys.add(key)
    cursor = next
  } while (cursor !== '0')
  const texts = keys.size > 0 ? await redis.mget([...keys]) : []
  return texts.flatMap((text) => parseEntry(text) ?? [])
}

/** An entry that is gone by now, or is not one, is none. */
function parseEntry(text: string | null): NodeInfo | undefined {
  if (text === null) return undefined
  try {
    return nodeInfo.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
