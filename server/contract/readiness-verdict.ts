/** What a check means: one rule for the learner's page, the green room and the mentor's board. Pure. */
import { receiveCeiling } from './media.ts'
import type { ReadinessResult, Verdict } from './readiness.ts'

/**
 * Where the lines are. Rates are in bits a second and follow what the receive modes need at most (`receiveCeiling`):
 * below what small pictures take, only the voices are sure to come through; below what voices take, not even they.
 */
export const thresholds = {
  picturesDown: receiveCeiling.saver!,
  voiceDown: receiveCeiling.voice!,
  /** A camera at its smallest, and a microphone. */
  cameraUp: 250_000,
  voiceUp: 48_000,
  /** Beyond these, pictures freeze often; voices are mended by Opus's own redundancy. */
  picturesLoss: 0.1,
  picturesRttMs: 800,
  /** Beyond these, a conversation is no longer possible. */
  voiceLoss: 0.3,
  voiceRttMs: 2_000,
} as const

/** Why a check is as it is, the gravest first; the words for each are the client's. */
export type ReadinessReason =
  | 'no-way'
  | 'microphone-blocked'
  | 'microphone-missing'
  | 'link-too-thin'
  | 'link-too-lossy'
  | 'link-too-far'
  | 'voice-cannot-be-sent'
  | 'narrow'
  | 'lossy'
  | 'far'
  | 'relayed'
  | 'no-udp'
  | 'camera-cannot-be-sent'
  | 'microphone-silent'
  | 'camera-blocked'
  | 'camera-missing'

const reasonVerdict: Partial<Record<ReadinessReason, Verdict>> = {
  'no-way': 'trouble',
  'microphone-blocked': 'trouble',
  'microphone-missing': 'trouble',
  'link-too-thin': 'trouble',
  'link-too-lossy': 'trouble',
  'link-too-far': 'trouble',
  'voice-cannot-be-sent': 'trouble',
  narrow: 'voice',
  lossy: 'voice',
  far: 'voice',
  relayed: 'turn',
}

/** Everything worth knowing about this result, the gravest first. */
export function reasonsOf(result: ReadinessResult): ReadinessReason[] {
  const { microphone, camera, best } = result
  const all: (ReadinessReason | false | undefined)[] = [
    ...(best === null ? ['no-way' as const] : linkReasons(result)),
    microphone === 'blocked' && 'microphone-blocked',
    microphone === 'missing' && 'microphone-missing',
    microphone === 'silent' && 'microphone-silent',
    camera === 'blocked' && 'camera-blocked',
    camera === 'missing' && 'camera-missing',
  ]
  const found = all.filter((reason) => typeof reason === 'string')
  // a stable sort: what is equally grave stays in this order
  return found.sort((a, b) => gravity(a) - gravity(b))
}

/** Of several things the gravest decides. What was not measured is not held against anybody. */
export function verdictOf(result: ReadinessResult): Verdict {
  const [gravest] = reasonsOf(result)
  return (gravest && reasonVerdict[gravest]) ?? 'ready'
}

const order: readonly Verdict[] = ['trouble', 'voice', 'turn', 'ready']
const gravity = (reason: ReadinessReason) => order.indexOf(reasonVerdict[reason] ?? 'ready')

function linkReasons({
  best,
  ways,
  downBits,
  upBits,
  rttMs,
  lossDown,
  lossUp,
}: ReadinessResult): (ReadinessReason | false | undefined)[] {
  const loss = Math.max(lossDown ?? 0, lossUp ?? 0)
  const [down, up, rtt] = [downBits ?? Infinity, upBits ?? Infinity, rttMs ?? 0]
  // Words came back, and a fill did not: the link took too little of it to tell how much.
  const unmeasurable = rttMs !== null && downBits === null
  const t = thresholds
  return [
    // Loss before rate: it is what holds the rate down.
    loss > t.voiceLoss ? 'link-too-lossy' : loss > t.picturesLoss && 'lossy',
    down < t.voiceDown ? 'link-too-thin' : (down < t.picturesDown || unmeasurable) && 'narrow',
    rtt > t.voiceRttMs ? 'link-too-far' : rtt > t.picturesRttMs && 'far',
    up < t.voiceUp ? 'voice-cannot-be-sent' : up < t.cameraUp && 'camera-cannot-be-sent',
    best?.startsWith('turn') ? 'relayed' : ways.udp === null && 'no-udp',
  ]
}
