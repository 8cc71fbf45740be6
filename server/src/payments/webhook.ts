/** Razorpay's events: at least once, in any order, signed. Each takes effect once. */
import { AppError } from '@peerlearn/contract/errors'
import type { Request } from 'express'
import { z } from 'zod'
import type { DbOrTrx } from '../db.ts'
import { paymentEntity } from './gateway.ts'
import { afterSettling, type PaymentDeps } from './payments.ts'
import { settle, type Settled } from './settle.ts'
import { isWebhookSigned } from './signatures.ts'

const eventId = z.string().min(1).max(100)

/** Razorpay adds fields as it likes; only what is used here is looked at. */
const eventBody = z.object({
  event: z.string().max(100),
  payload: z.object({ payment: z.object({ entity: z.unknown() }).optional() }),
})

/**
 * Understands an event, or leaves it: anything signed is answered with 2xx, else Razorpay would send it for a day and
 * then stop sending. The body must be the raw bytes. @throws AppError `signature-invalid`, `bad-input`
 */
export async function hearWebhook(deps: PaymentDeps, req: Request): Promise<{ received: true }> {
  const raw: unknown = req.body
  const signature = req.header('x-razorpay-signature') ?? ''
  if (!Buffer.isBuffer(raw) || !isWebhookSigned(raw, signature, deps.webhookSecret))
    throw new AppError('signature-invalid', 'The signature is not that of this body.')
  const id = eventId.safeParse(req.header('x-razorpay-event-id'))
  if (!id.success) throw new AppError('bad-input', 'The event has no id.')
  const event = eventBody.safeParse(readJson(raw))
  if (!event.success) return { received: true }
  const fact = paymentEntity.safeParse(event.data.payload.payment?.entity)
  const settled = await deps.db.transaction().execute(async (trx): Promise<Settled | undefined> => {
    if (!(await isNew(trx, id.data, event.data.event)) || !fact.success) return undefined
    const settled = await settle(trx, fact.data)
    // Known only once the money is on its way back: until then Razorpay shall tell it again.
    if (settled.surplus) await trx.deleteFrom('webhook_event').where('id', '=', id.data).execute()
    return settled
  })
  if (settled) await afterSettling(deps, settled)
  if (settled?.surplus) await isNew(deps.db, id.data, event.data.event)
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
