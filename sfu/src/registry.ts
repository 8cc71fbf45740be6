/** The node's entry in Redis, by which servers find it. A Redis that is away is no matter: it is written again. */
import { nodeExpirySeconds, nodeKey } from '@peerlearn/contract/node-stats'
import type { NodeInfo } from '@peerlearn/contract/node-stats'
import { Redis } from 'ioredis'
import type { Logger } from './log.ts'

const interval = 2_000

export class Registry {
  readonly #redis: Redis
  readonly #info: () => NodeInfo
  readonly #timer: NodeJS.Timeout
  #closed = false

  constructor(url: string, info: () => NodeInfo, log: Logger) {
    this.#info = info
    this.#redis = new Redis(url, {
      // what could not be written now is out of date when it could
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      connectTimeout: interval,
      commandTimeout: interval,
      retryStrategy: (times) => Math.min(times * 100, 2_000),
    })
    let told = false
    this.#redis.on('ready', () => {
      told = false
      void this.tell()
    })
    this.#redis.on('error', (error: Error) => {
      if (!told) log.warn({ reason: error.message }, 'Redis is away: this node is not in the registry')
      told = true
    })
    this.#timer = setInterval(() => void this.tell(), interval)
  }

  /** Writes what the node is now. */
  async tell(): Promise<void> {
    if (this.#closed || this.#redis.status !== 'ready') return
    const info = this.#info()
    await this.#redis.set(nodeKey(info.nodeId), JSON.stringify(info), 'EX', nodeExpirySeconds).catch(() => {})
  }

  /** Takes the entry away, so that nobody is sent here any more. */
  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    if (this.#redis.status === 'ready') await this.#redis.del(nodeKey(this.#info().nodeId)).catch(() => {})
    this.#redis.disconnect()
  }
}
