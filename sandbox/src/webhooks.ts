/** Signed events to the product: at least once, retried with growing pauses, in disorder when a test asks for it. */
import { createHmac, randomUUID } from 'node:crypto'
import type { Order, Payment, Refund } from './ledger.ts'

export interface WebhookSettings {
  url: string
  secret: string
  /** What the network may do to events; nothing unless asked for. */
  disorder?: { delayMs?: number; sendTwice?: boolean }
  /** The first pause before a retry; each next one is twice as long. */
  retryMs?: number
}

export interface Webhooks {
  send(event: string, about: { payment: Payment; order?: Order; refund?: Refund }): void
  /** Drops what was not delivered. Twice is harmless. */
  close(): void
}

/** With pauses from half a second on, the last of them comes after about nine minutes. */
const attempts = 11

export function createWebhooks({ url, secret, disorder = {}, retryMs = 500 }: WebhookSettings): Webhooks {
  const timers = new Set<NodeJS.Timeout>()
  const stopping = new AbortController()

  const later = (ms: number, run: () => Promise<void>) => {
    if (stopping.signal.aborted) return
    const timer = setTimeout(() => {
      timers.delete(timer)
      void run()
    }, ms)
    timers.add(timer)
  }

  const deliver = async (body: string, headers: Record<string, string>, attempt: number): Promise<void> => {
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(5_000)])
    const delivered = await fetch(url, { method: 'POST', body, headers, signal }).then(
      (answer) => answer.ok,
      () => false,
    )
    if (!delivered && attempt < attempts)
      later(retryMs * 2 ** (attempt - 1), () => deliver(body, headers, attempt + 1))
  }

  return {
    send(event, about) {
      const payload = Object.fromEntries(Object.entries(about).map(([name, entity]) => [name, { entity }]))
      const body = JSON.stringify({
        entity: 'event',
        event,
        contains: Object.keys(payload),
        payload,
        created_at: Math.floor(Date.now() / 1000),
      })
      const headers = {
        'content-type': 'application/json',
        'x-razorpay-event-id': randomUUID(),
        'x-razorpay-signature': createHmac('sha256', secret).update(body).digest('hex'),
      }
      for (let copies = disorder.sendTwice ? 2 : 1; copies > 0; copies--)
        later(disorder.delayMs ?? 0, () => deliver(body, headers, 1))
    },
    close() {
      stopping.abort()
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}
