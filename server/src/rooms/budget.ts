/**
 * Keeps a person's budget of data to the planned end of a class: which receive mode, and how many bits a second within
 * it. Pure: what it needs to remember from one decision to the next is in what it answers.
 */
import { receiveCeiling, receiveMode, type ReceiveMode } from '@peerlearn/contract/media'
import type { ReceiveRule } from '@peerlearn/contract/sfu'

const modes = receiveMode.options

/** Is this mode above that one: does it take more? */
export const isAbove = (mode: ReceiveMode, other: ReceiveMode) => modes.indexOf(mode) < modes.indexOf(other)

/** Never up and down within this time. */
const calmMs = 30_000
/** A step up must be this much below what is left, or it would soon be a step down. */
const upShare = 0.85
/** With less than this of its allowance used, a mode needs no more than it takes: it is not the limit that holds it. */
const easyShare = 0.5
/** Above this nothing is limited: no class takes so much. */
const plentyBits = 5_000_000
/** The last seconds are spent evenly too. */
const leastSeconds = 10

export interface BudgetState extends ReceiveRule {
  /** The last step, and when. */
  stepped: 'up' | 'down' | null
  steppedAt: number
}

export interface BudgetInput {
  now: number
  /** The best mode that the person wants. */
  wanted: ReceiveMode
  bytesLeft: number
  secondsLeft: number
  /** Bits a second that they send: not to be saved on. */
  upBits: number
  /** Bits a second that each mode took when it was in force; absent: it was not yet, or not long enough. */
  measured: Partial<Record<ReceiveMode, number>>
}

/** Without a history: as the person wants it. */
export const unlimited = (wanted: ReceiveMode): BudgetState => ({
  mode: wanted,
  maxBitrate: null,
  stepped: null,
  steppedAt: 0,
})

/** Bits a second below which a mode is nothing but a worse form of the next one. */
const floor = (mode: ReceiveMode): number => {
  const next = modes[modes.indexOf(mode) + 1]
  return next ? (receiveCeiling[next] ?? 0) : 0
}

/** The rule from now on. Repeat it every few seconds: each decision mends what the last ones missed. */
export function keepBudget(before: BudgetState, input: BudgetInput): BudgetState {
  const allowed = allowedBits(input)
  const mode = nextMode(before, input, allowed)
  const rule = { mode, maxBitrate: limit(mode, allowed) }
  if (mode === before.mode) return { ...before, ...rule }
  return { ...rule, stepped: isAbove(mode, before.mode) ? 'up' : 'down', steppedAt: input.now }
}

/** What may be received a second, from now to the end alike. */
const allowedBits = ({ bytesLeft, secondsLeft, upBits }: BudgetInput) =>
  Math.max(0, (bytesLeft * 8) / Math.max(secondsLeft, leastSeconds) - upBits)

function nextMode(before: BudgetState, input: BudgetInput, allowed: number): ReceiveMode {
  const { now, wanted } = input
  // What the person asks for themselves is no step of the budget.
  const mode = isAbove(before.mode, wanted) ? wanted : before.mode
  const calm = now - before.steppedAt >= calmMs
  // The limit keeps the budget meanwhile: what the class takes in this mode is looked at first, if that is worth it.
  if (input.measured[mode] === undefined && allowed >= floor('slides')) return mode
  if (before.stepped !== 'up' || calm) {
    const lower = modes.slice(modes.indexOf(mode)).find((m) => holds(m, input, allowed)) ?? 'voice'
    if (lower !== mode) return lower
  }
  if (before.stepped !== null && !calm) return mode
  const higher = modes.slice(modes.indexOf(wanted), modes.indexOf(mode))
  // What a mode took under a limit does not tell what it would take: up goes only who can pay for it.
  return higher.find((m) => allowed * upShare >= floor(m)) ?? mode
}

/** Can the mode go on with so much, and be worth it? */
function holds(mode: ReceiveMode, { measured }: BudgetInput, allowed: number): boolean {
  const taken = measured[mode]
  return allowed >= floor(mode) || (taken !== undefined && taken <= allowed * easyShare)
}

/** Two digits: a limit that moves a little is no news to the node. Voices are never made to wait. */
function limit(mode: ReceiveMode, allowed: number): number | null {
  const ceiling = receiveCeiling[mode] ?? plentyBits
  if (mode === 'voice' || allowed >= ceiling) return null
  return Math.max(16_000, Number(allowed.toPrecision(2)))
}
