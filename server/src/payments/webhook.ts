/** Razorpay's events: at least once, in any order, signed. Each takes effect once. */
import { AppError } from '@peerlearn/contract/errors'
import type { Request } from 'express'
import { z } from 'zod'
import type { Db, DbOrTrx } from '../db.ts'
import type { TellNow } from '../notifications/notifications.ts'
import { eventBody, type EventPayload, type HearEvents } from './events.ts'
import type { OneAtATime } from './one-at-a-time.ts'
import { isWebhookSigned } from './signatures.ts'
import type { Telling } from './telling.ts'

export interface WebhookDeps {
  db: Db
  telling: Telling
  oneAtATime: OneAtATime
  /** The present one first, then that of before the last rotation. */
  webhookSecrets: readonly string[]
  events: HearEvents
}

const eventId = z.string().min(1).max(100)
const named = z.object({ id: z.string().max(64) })

/**
 * Understands an event, or leaves it: anything signed is answered with 2xx, else Razorpay would send it for a day and
 * then stop sending. The event's id is kept in the transaction of its effect: what failed is heard again, what was done
 * is not done again. The body must be the raw bytes. @throws AppError `signature-invalid`, `bad-input`
 */
export async function hearWebhook(
  { db, telling, oneAtATime, webhookSecrets, events }: WebhookDeps,
  req: Request,
): Promise<{ received: true }> {
  const raw: unknown = req.body
  const signature = req.header('x-razorpay-signature') ?? ''
  if (!Buffer.isBuffer(raw) || !webhookSecrets.some((secret) => isWebhookSigned(raw, signature, secret)))
    throw new AppError('signature-invalid', 'The signature is not that of this body.')
  const id = eventId.safeParse(req.header('x-razorpay-event-id'))
  if (!id.success) throw new AppError('bad-input', 'The event has no id.')
  const body = eventBody.safeParse(readJson(raw))
  if (!body.success) return { received: true }
  const { event, payload } = body.data
  const entities: EventPayload = Object.fromEntries(
    Object.entries(payload).map(([kind, { entity }]) => [kind, entity]),
  )
  const hear = () =>
    db.transaction().execute(async (trx): Promise<TellNow[]> => {
      if (!(await isNew(trx, id.data, event))) return []
      return (await events[event]?.(trx, entities)) ?? []
    })
  const about = named.safeParse(entities['payment']).data?.id ?? id.data
  telling.soon(await oneAtATime(about, hear))
  return { received: true }
}

async function isNew(trx: DbOrTrx, id: string, kind: string): Promise<boolean> {
  const kept = await trx
    .insertInto('webhook_event')
    .values({ id, kind })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return kept !== undefined
}

function readJson(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString())
  } catch {
    return undefined
  }
}
