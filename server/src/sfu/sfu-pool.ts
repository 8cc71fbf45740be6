/** All media nodes: those of SFU_URLS, which stay known, and those that registered themselves in Redis. */
import type { NodeInfo } from '@peerlearn/contract/node-stats'
import { Callbacks } from './callbacks.ts'
import { leastLoaded, RecentPlacements } from './node-choice.ts'
import { readNodeRegistry, type NodeRegistry } from './node-registry.ts'
import { SfuNode, type NodeStats, type SfuNodeOptions } from './sfu-client.ts'
import { mediaUnavailable } from './requests.ts'

export interface SfuPoolOptions extends Omit<SfuNodeOptions, 'url'> {
  /** Nodes that are always known. */
  urls: readonly string[]
  /** Where other nodes register themselves. */
  redisUrl?: string | undefined
  /** Nodes of this region are preferred. */
  region?: string | undefined
}

export class SfuPool {
  readonly recent = new RecentPlacements()
  readonly #options: SfuPoolOptions
  readonly #nodes = new Map<string, SfuNode>() // by address
  readonly #onChange = new Callbacks()
  readonly #onStats = new Callbacks<[SfuNode, NodeStats]>()
  readonly #registry: NodeRegistry | undefined
  #complete: boolean

  constructor(options: SfuPoolOptions) {
    this.#options = options
    for (const url of options.urls) this.#add(url)
    const { redisUrl, log } = options
    this.#complete = redisUrl === undefined
    this.#registry = redisUrl ? readNodeRegistry(redisUrl, log, (entries) => this.#take(entries)) : undefined
  }

  /** Those known now; more come and others go (`onChange`). */
  get nodes(): readonly SfuNode[] {
    return [...this.#nodes.values()]
  }

  /** Are all nodes known that there are? Not before the registry was read: a node that is missing may be well. */
  get complete(): boolean {
    return this.#complete
  }

  find(nodeId: string): SfuNode | undefined {
    const named = this.nodes.filter((node) => node.nodeId === nodeId)
    return named.find((node) => node.up) ?? named[0]
  }

  /** Is at least one node there? */
  ready(): boolean {
    return this.nodes.some((node) => node.up)
  }

  /** The least loaded node that takes people, of these or of all but `except`. */
  choose(
    except: ReadonlySet<string> = new Set(),
    among: readonly SfuNode[] = this.nodes,
  ): SfuNode | undefined {
    const able = among.filter((node) => !except.has(node.nodeId))
    return leastLoaded(able, this.recent, this.#options.region)
  }

  /** A node came, went, answers, is silent, begins or ends to be emptied. @returns a function that ends the listening */
  onChange(run: () => void): () => void {
    return this.#onChange.add(run)
  }

  /** Any node's measurements. @returns a function that ends the listening */
  onStats(run: (node: SfuNode, stats: NodeStats) => void): () => void {
    return this.#onStats.add(run)
  }

  /** Begins or takes back the emptying of a node. @throws AppError `media-unavailable` when it does not answer */
  async drain(nodeId: string, draining: boolean): Promise<void> {
    const node = this.find(nodeId)
    if (!node) throw mediaUnavailable()
    await node.request('node.drain', { draining })
  }

  /** Resolves when a node answers, or after this time all the same. */
  async waitForOne(ms = 2_000): Promise<void> {
    if (this.ready()) return
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer)
        stop()
        resolve()
      }
      const timer = setTimeout(done, ms)
      const stop = this.onChange(() => this.ready() && done())
    })
  }

  close(): void {
    this.#registry?.close()
    for (const node of this.#nodes.values()) node.close()
  }

  #add(url: string): SfuNode {
    const node = new SfuNode({ ...this.#options, url })
    this.#nodes.set(url, node)
    let draining = false
    node.onUp(() => {
      this.#dropTwin(node)
      this.#onChange.run()
    })
    node.onDown(() => this.#onChange.run())
    node.onStats((stats) => {
      this.recent.measured(node.nodeId)
      this.#onStats.run(node, stats)
      if (draining === stats.node.draining) return
      draining = stats.node.draining
      this.#onChange.run()
    })
    return node
  }

  /** One node under two addresses, in SFU_URLS and in the registry, is one. */
  #dropTwin(node: SfuNode): void {
    const twins = this.nodes.filter(({ nodeId, up }) => up && nodeId === node.nodeId)
    const twin = twins.find(({ url }) => !this.#options.urls.includes(url))
    if (twins.length < 2 || !twin) return
    this.#nodes.delete(twin.url)
    twin.close()
  }

  /** What the registry says now. A node that answers stays, whatever the registry forgot. */
  #take(entries: NodeInfo[]): void {
    let changed = !this.#complete
    this.#complete = true
    const told = new Map(entries.map((entry) => [entry.url, entry]))
    for (const [url, entry] of told) {
      if (!this.#nodes.has(url) && this.find(entry.nodeId)?.up) continue // known by another address
      changed ||= !this.#nodes.has(url)
      const node = this.#nodes.get(url) ?? this.#add(url)
      node.registered = entry
    }
    for (const [url, node] of this.#nodes) {
      if (this.#options.urls.includes(url) || told.has(url) || node.up) continue
      this.#nodes.delete(url)
      node.close()
      changed = true
    }
    if (changed) this.#onChange.run()
  }
}
