/** Signed events to the product: at least once, retried with growing pauses, and as badly as a test asks for. */
import { createHmac, randomUUID } from 'node:crypto'
import type { Behaviour } from './misbehaviour.ts'

export interface WebhookSettings {
  url: string
  secret: string
  /** The secret before the last rotation. */
  previousSecret?: string | undefined
  /** The first pause before a retry; each next one is twice as long. */
  retryMs?: number
}

/** An event that was told, or is kept back. */
export interface Told {
  id: string
  event: string
  body: string
}

export interface Webhooks {
  /** `about`: entities by their kind. */
  send(event: string, about: Record<string, object | undefined>): void
  /** Tells what was kept back, in this order. @returns how many */
  release(order: 'kept' | 'reversed' | 'shuffled'): number
  /** Everything that was ever to be told, oldest first. */
  readonly log: readonly Told[]
  /** Tells an event again, under its id: `copies` times. */
  repeat(id: string, copies: number): boolean
  /** Drops what was not delivered. Twice is harmless. */
  close(): void
}

/** With pauses from half a second on, the last of them comes after about nine minutes. */
const attempts = 11
/** The oldest are forgotten. */
const logged = 10_000

export function createWebhooks(settings: WebhookSettings, behaviour: Behaviour): Webhooks {
  const { url, secret, previousSecret = secret, retryMs = 500 } = settings
  const timers = new Set<NodeJS.Timeout>()
  const stopping = new AbortController()
  const log: Told[] = []
  let kept: Told[] = []

  const later = (ms: number, run: () => Promise<void>) => {
    if (stopping.signal.aborted) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      void run()
    }, ms)
    timers.add(timer)
  }

  const deliver = async (told: Told, headers: Record<string, string>, attempt: number): Promise<void> => {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(5_000)])
    const delivered = await fetch(url, { method: 'POST', body: told.body, headers, signal }).then(
      async (answer) => {
        await answer.body?.cancel()
        return answer.ok
      },
      () => false,
    )
    if (!delivered && attempt < attempts)
      later(retryMs * 2 ** (attempt - 1), () => deliver(told, headers, attempt + 1))
  }

  const tell = (told: Told, copies: number) => {
    const { delayMs, scatterMs, oldSecret } = behaviour.now.webhooks
    const headers = {
      'content-type': 'application/json',
      'x-razorpay-event-id': told.id,
      'x-razorpay-signature': sign(told.body, oldSecret ? previousSecret : secret),
    }
    for (let left = copies; left > 0; left--)
      later(delayMs + Math.random() * scatterMs, () => deliver(told, headers, 1))
  }

  return {
    log,
    send(event, about) {
      const { lose, hold, copies } = behaviour.now.webhooks
      const told = { id: randomUUID(), event, body: bodyOf(event, about) }
      log.push(told)
      if (log.length > logged) log.shift()
      if (lose.includes(event) || lose.includes('*')) return
      if (hold) kept.push(told)
      else tell(told, copies)
    },
    release(order) {
      const all = orders[order](kept)
      kept = []
      for (const told of all) tell(told, behaviour.now.webhooks.copies)
      return all.length
    },
    repeat(id, copies) {
      const told = log.find((one) => one.id === id)
      if (told) tell(told, copies)
      return told !== undefined
    },
    close() {
      stopping.abort()
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

const orders: Record<'kept' | 'reversed' | 'shuffled', (all: Told[]) => Told[]> = {
  kept: (all) => all,
  reversed: (all) => all.toReversed(),
  shuffled: (all) =>
    all
      .map((told) => ({ told, at: Math.random() }))
      .sort((a, b) => a.at - b.at)
      .map(({ told }) => told),
}

const sign = (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('hex')

/** As things are now: a later change of an entity does not change what was told of it. */
function bodyOf(event: string, about: Record<string, object | undefined>): string {
  const entities = Object.entries(about).filter(([, entity]) => entity !== undefined)
  return JSON.stringify({
    entity: 'event',
    event,
    contains: entities.map(([kind]) => kind),
    payload: Object.fromEntries(entities.map(([kind, entity]) => [kind, { entity }])),
    created_at: Math.floor(Date.now() / 1000),
  })
}
