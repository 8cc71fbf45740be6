/** Control channels to other nodes: one for each address, for all rooms together, while any room needs it. */
import { LinkChannel } from './link-channel.ts'
import type { LinkUser } from './link-channel.ts'
import type { Logger } from './log.ts'

export class Links {
  readonly #secret: string
  readonly #log: Logger
  readonly #byUrl = new Map<string, LinkChannel>()

  constructor(secret: string, log: Logger) {
    this.#secret = secret
    this.#log = log
  }

  /** The channel; `user` hears of it from now on. */
  join(url: string, user: LinkUser): LinkChannel {
    const channel = this.#byUrl.get(url) ?? new LinkChannel(url, this.#secret, this.#log)
    this.#byUrl.set(url, channel)
    channel.users.add(user)
    return channel
  }

  leave(channel: LinkChannel, user: LinkUser): void {
    channel.users.delete(user)
    if (channel.users.size > 0) return
    channel.close()
    if (this.#byUrl.get(channel.url) === channel) this.#byUrl.delete(channel.url)
  }

  close(): void {
    for (const channel of this.#byUrl.values()) channel.close()
    this.#byUrl.clear()
  }
}
