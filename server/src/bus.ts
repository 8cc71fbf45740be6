/**
 * How servers tell each other what happened: fan-out only. A message that is lost is found again in Postgres, so
 * the bus promises order per channel and nothing more.
 */
import { Redis } from 'ioredis'

export interface Bus {
  /** Tells everybody subscribed to the channel, this process included. Never throws: a bus that is away loses it. */
  publish(channel: string, message: unknown): void
  /** @returns a function that ends the subscription */
  subscribe(channel: string, hear: (message: unknown) => void): () => void
  close(): Promise<void>
}

type Hear = (message: unknown) => void

type OnError = (error: unknown) => void

class Listeners {
  readonly #byChannel = new Map<string, Set<Hear>>()
  readonly #onError: OnError

  constructor(onError: OnError) {
    this.#onError = onError
  }

  /** @returns whether this is the channel's first listener */
  add(channel: string, hear: Hear): boolean {
    const known = this.#byChannel.get(channel)
    if (known) known.add(hear)
    else this.#byChannel.set(channel, new Set([hear]))
    return !known
  }

  /** @returns whether the channel has no listener left */
  remove(channel: string, hear: Hear): boolean {
    const known = this.#byChannel.get(channel)
    known?.delete(hear)
    return known?.size === 0 && this.#byChannel.delete(channel)
  }

  tell(channel: string, message: unknown): void {
    for (const hear of [...(this.#byChannel.get(channel) ?? [])]) this.#tellOne(hear, message)
  }

  /** One listener's fault keeps nothing from the others. */
  #tellOne(hear: Hear, message: unknown): void {
    try {
      hear(message)
    } catch (error) {
      this.#onError(error)
    }
  }
}

/** One process: told in the next microtask, as copies, just as a message from afar would come. */
export function inProcessBus(onError: OnError): Bus {
  const listeners = new Listeners(onError)
  return {
    publish(channel, message) {
      const copy = JSON.stringify(message)
      queueMicrotask(() => listeners.tell(channel, JSON.parse(copy)))
    },
    subscribe(channel, hear) {
      listeners.add(channel, hear)
      return () => void listeners.remove(channel, hear)
    },
    close: () => Promise.resolve(),
  }
}

/** Several servers on one Redis. While Redis is away messages are lost; ioredis subscribes again by itself. */
export function redisBus(url: string, onError: OnError): Bus {
  const options = {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    retryStrategy: (n: number) => Math.min(n * 100, 2_000),
  }
  const out = new Redis(url, options)
  const into = new Redis(url, { ...options, maxRetriesPerRequest: null })
  for (const redis of [out, into]) redis.on('error', onError)
  const listeners = new Listeners(onError)
  into.on('message', (channel: string, message: string) => {
    try {
      listeners.tell(channel, JSON.parse(message))
    } catch (error) {
      onError(error) // somebody else's message on our channel
    }
  })
  return {
    publish(channel, message) {
      out.publish(channel, JSON.stringify(message)).catch(onError)
    },
    subscribe(channel, hear) {
      if (listeners.add(channel, hear)) into.subscribe(channel).catch(onError)
      return () => {
        if (listeners.remove(channel, hear)) into.unsubscribe(channel).catch(onError)
      }
    },
    async close() {
      // What was published is sent first; a Redis that is away is not waited for.
      if (out.status === 'ready') await out.quit().catch(onError)
      out.disconnect()
      into.disconnect()
    },
  }
}
