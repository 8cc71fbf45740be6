/** The media nodes that there should be: those known now, and those that went without being asked to. */
import type { NodeNow } from './measured.ts'

/** Of the nodes that are gone for good; the oldest are forgotten. */
const mostLost = 20

export class Roster {
  readonly #seen = new Map<string, { draining: boolean }>()

  /** These nodes, and each that was up before and left no word. */
  note(nodes: readonly NodeNow[]): NodeNow[] {
    const present = new Set(nodes.map(({ nodeId }) => nodeId))
    for (const { nodeId, up, stats } of nodes)
      if (up)
        this.#seen.set(nodeId, {
          draining: stats?.node.draining ?? this.#seen.get(nodeId)?.draining ?? false,
        })
    for (const [nodeId, { draining }] of this.#seen)
      if (draining && !present.has(nodeId)) this.#seen.delete(nodeId)
    const lost = [...this.#seen.keys()].filter((nodeId) => !present.has(nodeId))
    for (const nodeId of lost.slice(0, -mostLost)) this.#seen.delete(nodeId)
    return [...nodes, ...lost.slice(-mostLost).map((nodeId) => ({ nodeId, up: false, stats: undefined }))]
  }
}
