/**
 * How servers tell each other what happened: fan-out only. A message that is lost is found again in Postgres, so
 * the bus promises order per channel and publisher, and nothing more. The publisher's own process always hears it.
 */
import { Redis } from 'ioredis'
import { z } from 'zod'

export interface Bus {
  /** Tells everybody subscribed to the channel, this process included. Never throws: a bus that is away loses it. */
  publish(channel: string, message: unknown): void
  /** @returns a function that ends the subscription */
  subscribe(channel: string, hear: (message: unknown) => void): () => void
  /** Runs when other servers can be heard again after they could not. @returns a function that ends the listening */
  onBack(run: () => void): () => void
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

/** Tells this process, in the next microtask, a copy, just as a message from afar would come. @returns the text */
function tellHere(listeners: Listeners, channel: string, message: unknown): string {
  const text = JSON.stringify(message)
  queueMicrotask(() => listeners.tell(channel, JSON.parse(text)))
  return text
}

/** One process. */
export function inProcessBus(onError: OnError): Bus {
  const listeners = new Listeners(onError)
  return {
    publish: (channel, message) => void tellHere(listeners, channel, message),
    subscribe(channel, hear) {
      listeners.add(channel, hear)
      return () => void listeners.remove(channel, hear)
    },
    // It is never away.
    onBack: () => () => undefined,
    close: () => Promise.resolve(),
  }
}

/** What goes over Redis: the publisher has told its own listeners already. */
const envelope = z.strictObject({ from: z.string(), message: z.unknown() })

/** A Redis that hangs keeps its connections, and answers nothing: asked so often, and silent so long, it counts as away. */
const askEveryMs = 1_000
const silenceMs = 3_000
/** Messages on their way to Redis; with so many nothing more is sent. */
const mostWaiting = 10_000

/**
 * Several servers on one Redis. While Redis is away messages reach this process alone; ioredis subscribes again by
 * itself.
 */
export function redisBus(url: string, onError: OnError): Bus {
  const options = {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: true,
    retryStrategy: (n: number) => Math.min(n * 100, 1_000),
    socketTimeout: silenceMs,
  }
  const from = crypto.randomUUID()
  const back = new Set<() => void>()
  let known = false
  const out = new Redis(url, options)
  const into = new Redis(url, { ...options, maxRetriesPerRequest: null })
  for (const redis of [out, into]) redis.on('error', onError)
  const asking = setInterval(() => {
    if (into.status === 'ready') into.ping().catch(onError)
  }, askEveryMs)
  let waiting = 0
  const listeners = new Listeners(onError)
  into.on('ready', () => {
    if (known) for (const run of [...back]) run()
    known = true
  })
  into.on('message', (channel: string, text: string) => {
    try {
      const heard = envelope.parse(JSON.parse(text))
      if (heard.from !== from) listeners.tell(channel, heard.message)
    } catch (error) {
      onError(error) // somebody else's message on our channel
    }
  })
  return {
    publish(channel, message) {
      const text = tellHere(listeners, channel, message)
      if (waiting >= mostWaiting) return
      waiting++
      out
        .publish(channel, `{"from":"${from}","message":${text}}`)
        .catch(onError)
        .finally(() => waiting--)
    },
    subscribe(channel, hear) {
      if (listeners.add(channel, hear)) into.subscribe(channel).catch(onError)
      return () => {
        if (listeners.remove(channel, hear)) into.unsubscribe(channel).catch(onError)
      }
    },
    onBack(run) {
      back.add(run)
      return () => void back.delete(run)
    },
    async close() {
      clearInterval(asking)
      // What was published is sent first; a Redis that is away is not waited for.
      if (out.status === 'ready') await out.quit().catch(onError)
      out.disconnect()
      into.disconnect()
    },
  }
}
