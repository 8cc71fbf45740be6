/** The other nodes that have peers of one room: this node follows each, and is followed by them. */
import type { LinkRoom } from './link-room.ts'

interface Ports {
  follow: (url: string) => LinkRoom
  /** Are there others? */
  changed: (isLinked: boolean) => void
}

export class RoomLinks {
  readonly #ports: Ports
  readonly #byNode = new Map<string, LinkRoom>()
  #followed = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** Exactly these from now on: address by node. */
  set(nodes: ReadonlyMap<string, string>): void {
    for (const [nodeId, link] of this.#byNode) {
      if (nodes.get(nodeId) === link.url) continue
      this.#byNode.delete(nodeId)
      link.close()
    }
    for (const [nodeId, url] of nodes) {
      const known = this.#byNode.get(nodeId)
      if (known) void known.refresh()
      else this.#byNode.set(nodeId, this.#ports.follow(url))
    }
    this.#consider()
  }

  setFollowed(followed: boolean): void {
    this.#followed = followed
    this.#consider()
  }

  close(): void {
    for (const link of this.#byNode.values()) link.close()
    this.#byNode.clear()
  }

  #consider(): void {
    this.#ports.changed(this.#followed || this.#byNode.size > 0)
  }
}
