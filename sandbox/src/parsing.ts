/** What comes in is looked at once; what does not fit is refused in Razorpay's way. */
import { timingSafeEqual } from 'node:crypto'
import type { RequestHandler } from 'express'
import { z } from 'zod'
import { Refused } from './entities.ts'

export const parse = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new Refused(`${issue?.path.join('.') ?? 'The body'}: ${issue?.message ?? 'is not valid'}`)
}

/** Basic auth with the key's id and secret. */
export function requireKey(keyId: string, keySecret: string): RequestHandler {
  const expected = Buffer.from(`Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}`)
  return (req, res, next) => {
    const given = Buffer.from(req.header('authorization') ?? '')
    if (given.length === expected.length && timingSafeEqual(given, expected)) return next()
    res.status(401).json({ error: { code: 'BAD_REQUEST_ERROR', description: 'Authentication failed' } })
  }
}

const window = z.object({
  from: z.coerce.number().int().min(0).default(0),
  to: z.coerce.number().int().min(0).default(Number.MAX_SAFE_INTEGER),
  count: z.coerce.number().int().min(1).max(100).default(10),
  skip: z.coerce.number().int().min(0).default(0),
})

/** A list as Razorpay gives one: newest first, by the second of making, `count` of them after `skip`. */
export function listed<T extends { created_at: number }>(all: T[], query: unknown) {
  const { from, to, count, skip } = parse(window, query)
  const items = all
    .filter(({ created_at }) => created_at >= from && created_at <= to)
    .toReversed()
    .slice(skip, skip + count)
  return { entity: 'collection', count: items.length, items }
}
