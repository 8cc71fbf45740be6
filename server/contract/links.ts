/** How somebody's media come and go: how they receive, how their link is, and how lost media were got back. */
import { z } from 'zod'
import { id, share } from './base.ts'
import { receiveMode, way } from './media.ts'

/**
 * How a learner receives. `wanted`: the mode they chose; `mode`: the one in force, lower when the budget asks for it.
 * Budget and use are bytes of this session, both directions, on every device together.
 */
export const receiving = z.strictObject({
  wanted: receiveMode,
  mode: receiveMode,
  reason: z.enum(['chosen', 'budget']),
  budgetBytes: z.number().int().nullable(),
  usedBytes: z.number().int(),
})

/** A step of getting media back, as the client took it. */
export const ladderStep = z.strictObject({
  step: z.enum(['socket', 'ice', 'transports', 'rejoin', 'move']),
  /** From the first sign of trouble to media that flow again. */
  ms: z.number().int().min(0).max(86_400_000),
  /** Whose fault it looks like from the client. */
  fault: z.enum(['network', 'server']),
})

/** A learner's link as their mentor sees it, and why it is so. */
export const learnerLink = z.strictObject({
  userId: id,
  quality: z.enum(['good', 'weak', 'reconnecting']),
  reason: z.enum(['none', 'loss', 'delay', 'narrow', 'network', 'server']),
  mode: receiveMode,
  way: way.nullable(),
  rttMs: z.number().int().nullable(),
  /** Packets lost in the last seconds: from them, and to them. */
  lossUp: share.nullable(),
  lossDown: share.nullable(),
})

/** What the client measured in the last seconds, and steps it took to get media back since it last told. */
export const linkReport = z.strictObject({
  way: way.nullable(),
  rttMs: z.number().int().min(0).max(600_000).nullable(),
  lossDown: share.nullable(),
  /** Share of the sound that had to be made up. */
  concealed: share.nullable(),
  steps: z.array(ladderStep).max(20),
})

export type Receiving = z.infer<typeof receiving>
export type LadderStep = z.infer<typeof ladderStep>
export type LearnerLink = z.infer<typeof learnerLink>
