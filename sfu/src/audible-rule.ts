/**
 * Which microphones of a room are sent when many are open: the loudest few, with patience, and always the mentor's.
 * Pure: times are milliseconds of any one clock.
 */
import type { Audibles, Microphone } from './audible.ts'

export interface Heard extends Microphone {
  /** dBov: the loudest lately, sinking since. */
  loudness: number
  /** When `loudness` was that. */
  at: number
  /** When it last was loud; when it was opened, before that. */
  heardAt: number
  /** Since when it is sent as one of the loudest. */
  sentSince: number
}

/** Open microphones up to which all are sent. */
export const sentToAll = 8
/** Milliseconds that no more are open before all are sent again: one who opens and closes theirs is to change nothing. */
const fewFor = 3_000
/** Beyond, so many of the loudest are, beside the mentor's; a node may be told another number. */
export const usualLoudest = 4
/** Microphones up to which everybody has a consumer of each. */
export const keptForAll = 12

/** dBov from which on it may be a voice; a quiet room is at -70 and below. */
export const audibleFrom = -55
/** dB a second that loudness sinks: pauses between words are bridged, the end of a speech is not. */
const sinking = 25
/** dB by which another must be louder than one who is sent and speaks, and how long that one is left in peace. */
const louderBy = 6
const peace = 1_000
/** How long after the last loud packet somebody still counts as speaking, and keeps their place against another. */
const breath = 900
const pause = 400
/** How much later another must be heard to take the place of one whose consumer is kept. */
const nearFor = 3_000

export const silence = -127

export const loudnessAt = ({ loudness, at }: Heard, now: number) =>
  Math.max(silence, loudness - (sinking * (now - at)) / 1_000)

export const isSpeaking = (heard: Heard, now: number, within = breath) =>
  !heard.paused && heard.loudness > silence && now - heard.heardAt < within

export const openOf = (all: readonly Heard[]) => all.filter(({ paused }) => !paused)

/**
 * Takes the place of what was sent before; `all` has every microphone. `fewSince`: since when all of them could be sent;
 * `sentLoudest`: how many beside the mentor's, when not all are.
 */
export function chooseSent(
  all: readonly Heard[],
  before: Audibles['sent'],
  now: number,
  fewSince = now,
  sentLoudest = usualLoudest,
): Audibles['sent'] {
  const open = openOf(all)
  const isSettled = before === 'all' || open.length < sentToAll || now - fewSince >= fewFor
  if (open.length <= sentToAll && isSettled) return 'all'
  const learners = open.filter(({ mentor }) => !mentor)
  const was = before === 'all' ? new Set<string>() : before
  const chosen = loudest(
    learners.filter(({ producerId }) => was.has(producerId)),
    now,
  ).slice(0, sentLoudest)
  for (const other of loudest(
    learners.filter((one) => !chosen.includes(one)),
    now,
  )) {
    if (chosen.length < sentLoudest) chosen.push(other)
    else if (!displaces(other, chosen, now)) break
  }
  const mentors = all.filter(({ mentor }) => mentor)
  return new Set([...mentors, ...chosen].map(({ producerId }) => producerId))
}

const loudest = (some: readonly Heard[], now: number) =>
  [...some].sort((a, b) => loudnessAt(b, now) - loudnessAt(a, now) || b.heardAt - a.heardAt)

/** Puts it in the place of the quietest, if it is worth that. */
function displaces(other: Heard, chosen: Heard[], now: number): boolean {
  if (!isSpeaking(other, now)) return false
  const [quietest] = loudest(chosen, now).reverse()
  if (!quietest) return false
  const isLouder = loudnessAt(other, now) > loudnessAt(quietest, now) + louderBy
  const inPeace = isSpeaking(quietest, now, pause) && (now - quietest.sentSince < peace || !isLouder)
  if (inPeace) return false
  chosen.splice(chosen.indexOf(quietest), 1, other)
  return true
}

/**
 * Whose consumers are kept though they are not sent: those who spoke or opened their microphone last. Who is among them
 * stays until another was heard clearly later: where all make noise, each packet would else change everybody's consumers.
 */
export function chooseNear(
  all: readonly Heard[],
  sent: Audibles['sent'],
  before: Audibles['near'],
): Audibles['near'] {
  if (all.length <= keptForAll) return 'all'
  const isSure = ({ producerId, mentor, paused }: Heard) =>
    mentor || (sent === 'all' ? !paused : sent.has(producerId))
  const lastHeard = ({ producerId, heardAt }: Heard) =>
    heardAt + (before !== 'all' && before.has(producerId) ? nearFor : 0)
  const sure = all.filter(isSure)
  const likely = all
    .filter((one) => !isSure(one))
    .sort((a, b) => Number(a.paused) - Number(b.paused) || lastHeard(b) - lastHeard(a))
  const near = [...sure, ...likely.slice(0, Math.max(0, keptForAll - sure.length))]
  return new Set(near.map(({ producerId }) => producerId))
}

/** The mentor when they speak, then the loudest; whoever was first stays until another speaks clearly louder. */
export function chooseVoices(
  all: readonly Heard[],
  before: readonly string[],
  now: number,
): readonly string[] {
  const speaking = all.filter((one) => isSpeaking(one, now))
  if (speaking.length === 0) return before.filter((id) => all.some(({ producerId }) => producerId === id))
  const rank = (one: Heard) =>
    loudnessAt(one, now) + (one.mentor ? 1_000 : 0) + (one.producerId === before[0] ? louderBy : 0)
  return speaking
    .sort((a, b) => rank(b) - rank(a))
    .slice(0, 2)
    .map(({ producerId }) => producerId)
}
