/**
 * The other nodes that have peers of a room, as its servers say. A server names those that it reaches itself: one that
 * has lost the way to a node takes it from nobody's class as long as another server has it.
 */
import type { Channel } from './channel.ts'

/** Address by node. */
export type Nodes = ReadonlyMap<string, string>

export class Linked {
  readonly #said = new Map<Channel, Nodes>()
  /** It went with the last word: that counts until somebody says another. */
  #gone: Channel | undefined

  /** @returns all that are named now */
  say(channel: Channel, nodes: Nodes): Nodes {
    if (this.#gone) this.#said.delete(this.#gone)
    this.#gone = undefined
    this.#said.set(channel, nodes)
    return this.#all()
  }

  /** The server follows the room no more. @returns all that are named now, if that changed */
  leave(channel: Channel): Nodes | undefined {
    if (!this.#said.has(channel)) return undefined
    if (this.#said.size > 1) {
      this.#said.delete(channel)
      return this.#all()
    }
    this.#gone = channel
    return undefined
  }

  #all(): Nodes {
    return new Map([...this.#said.values()].flatMap((nodes) => [...nodes]))
  }
}
