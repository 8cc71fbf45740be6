/** The media nodes that there should be: those known now, and those that went without being asked to. */
import type { NodeNow } from './measured.ts'

/** Of the nodes that are gone for good; the oldest are forgotten. */
const mostLost = 20
/** One that comes back under another name, as a container may, never comes back under its own. */
const missedMs = 3_600_000

export class Roster {
  readonly #seen = new Map<string, { draining: boolean; at: number }>()

  /** These nodes, and each that was up in the last hour and left no word. */
  note(nodes: readonly NodeNow[], now: number): NodeNow[] {
    const present = new Set(nodes.map(({ nodeId }) => nodeId))
    for (const { nodeId, up, stats } of nodes)
      if (up)
        this.#seen.set(nodeId, {
          draining: stats?.node.draining ?? this.#seen.get(nodeId)?.draining ?? false,
          at: now,
        })
    for (const [nodeId, { draining, at }] of this.#seen)
      if (!present.has(nodeId) && (draining || now - at > missedMs)) this.#seen.delete(nodeId)
    const lost = [...this.#seen.keys()].filter((nodeId) => !present.has(nodeId))
    for (const nodeId of lost.slice(0, -mostLost)) this.#seen.delete(nodeId)
    return [...nodes, ...lost.slice(-mostLost).map((nodeId) => ({ nodeId, up: false, stats: undefined }))]
  }
}
