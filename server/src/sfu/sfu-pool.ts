/** All media nodes, and which of them a room is on. */
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { SfuNode, type SfuNodeOptions } from './sfu-client.ts'

export interface SfuPool {
  readonly nodes: readonly SfuNode[]
  /** The node of this room: every server with the same SFU_URLS names the same one, without talking about it. */
  nodeOf(roomId: string): SfuNode
  /** Is there at least one node? */
  ready(): boolean
  close(): void
}

type PoolOptions = Pick<SfuNodeOptions, 'limitMs' | 'silenceMs'>

export function createSfuPool(
  urls: string[],
  secret: string,
  log: Logger,
  options: PoolOptions = {},
): SfuPool {
  const nodes = urls.map((url) => new SfuNode({ ...options, url, secret, log }))
  const byUrl = new Map(nodes.map((node) => [node.url, node]))
  return {
    nodes,
    nodeOf: (roomId) => byUrl.get(rendezvous(roomId, urls))!,
    ready: () => nodes.some((node) => node.up),
    close: () => nodes.forEach((node) => node.close()),
  }
}

/**
 * Rendezvous hashing: the address whose hash with the key is highest. One address more or less moves only the rooms
 * that it wins or had. https://en.wikipedia.org/wiki/Rendezvous_hashing
 */
export function rendezvous(key: string, addresses: readonly string[]): string {
  const weight = (address: string) => createHash('sha256').update(`${address}\n${key}`).digest('hex')
  const [best] = addresses.map((address) => ({ address, weight: weight(address) })).sort(byWeight)
  if (!best) throw new Error('no media node is configured')
  return best.address
}

const byWeight = (a: { weight: string }, b: { weight: string }) => (a.weight < b.weight ? 1 : -1)
