/** Which node takes a newcomer, or a room: one that answers, stays, and has room; the least loaded, near by first. */
import type { SfuNode } from './sfu-client.ts'

type Known = Pick<SfuNode, 'nodeId' | 'up' | 'info'>

/** Nodes tell their load every two seconds; what was put on one since counts this much each. */
const loadOfOne = 0.01

/** Newcomers that each node's load does not show yet. */
export class RecentPlacements {
  readonly #counts = new Map<string, number>()

  placed(nodeId: string): void {
    this.#counts.set(nodeId, this.of(nodeId) + 1)
  }

  /** The node has told its load anew. */
  measured(nodeId: string): void {
    this.#counts.delete(nodeId)
  }

  of(nodeId: string): number {
    return this.#counts.get(nodeId) ?? 0
  }
}

/** A node that has told nothing yet is taken to be idle. */
export const isFull = ({ info }: Known) => (info?.load ?? 0) >= 1

export const takesPeople = (node: Known) => node.up && !node.info?.draining && !isFull(node)

/** The least loaded of these that take people, of this region where one does; undefined of none. */
export function leastLoaded<N extends Known>(
  nodes: readonly N[],
  recent: RecentPlacements,
  region?: string,
): N | undefined {
  const able = nodes.filter(takesPeople)
  const near = able.filter(({ info }) => region !== undefined && info?.region === region)
  const weight = (node: N) => (node.info?.load ?? 0) + loadOfOne * recent.of(node.nodeId)
  const [best] = (near.length > 0 ? near : able).sort((a, b) => weight(a) - weight(b))
  return best
}
