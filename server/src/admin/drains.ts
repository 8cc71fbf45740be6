/** How far the emptying of each node is, from what the nodes tell. */
import type { Draining } from '@peerlearn/contract/admin'
import type { NodeNow } from './measured.ts'

/** So long nobody has left a node that is being emptied: something is in the way. */
const blockedMs = 30_000

interface Drain {
  since: number
  peopleAtFirst: number
  fewest: number
  fewestAt: number
}

export class Drains {
  readonly #byNode = new Map<string, Drain>()

  /** @returns node → its progress, for those that are being emptied */
  note(nodes: readonly NodeNow[], now: number): Map<string, Draining> {
    const draining = nodes.filter(({ stats }) => stats?.node.draining)
    const ids = new Set(draining.map(({ nodeId }) => nodeId))
    for (const nodeId of this.#byNode.keys()) if (!ids.has(nodeId)) this.#byNode.delete(nodeId)
    return new Map(
      draining.map(({ nodeId, stats }) => [
        nodeId,
        this.#one(nodeId, { people: stats?.peers.length ?? 0, until: stats?.node.until ?? null }, now),
      ]),
    )
  }

  #one(nodeId: string, { people, until }: Pick<Draining, 'people' | 'until'>, now: number): Draining {
    const first = { since: now, peopleAtFirst: people, fewest: people, fewestAt: now }
    const drain = this.#byNode.get(nodeId) ?? first
    this.#byNode.set(nodeId, drain)
    if (people < drain.fewest) Object.assign(drain, { fewest: people, fewestAt: now })
    drain.peopleAtFirst = Math.max(drain.peopleAtFirst, people)
    return {
      since: new Date(drain.since).toISOString(),
      peopleAtFirst: drain.peopleAtFirst,
      people,
      until,
      blocked: people > 0 && now - drain.fewestAt >= blockedMs,
      failed: people > 0 && until !== null && now >= Date.parse(until),
    }
  }
}
