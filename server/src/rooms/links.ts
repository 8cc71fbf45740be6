/** How a learner's link is, judged from what their client and the media node measure. Pure. */
import type { ParsedOf } from '@peerlearn/contract/channel'
import type { clientMessages } from '@peerlearn/contract/client-channel'
import type { LearnerLink } from '@peerlearn/contract/links'
import type { Connection, ReceiveMode } from '@peerlearn/contract/media'
import type { PeerStats } from '@peerlearn/contract/node-stats'

export type LinkReport = Omit<ParsedOf<(typeof clientMessages)['link.report']>, 'steps'>

export interface LinkFacts {
  userId: string
  mode: ReceiveMode
  /** Undefined: no node has the peer. It was lost on the server's side, for one that went by itself has left. */
  connection: Connection | undefined
  stats: PeerStats | undefined
  /** The newest, if it is not old. */
  report: LinkReport | undefined
}

const manyLost = 0.05
const slowMs = 400
const muchMadeUp = 0.05
/** Bits a second that a mode needs to be of use. */
const needed: Record<ReceiveMode, number> = { full: 250_000, saver: 150_000, slides: 80_000, voice: 0 }

export function judgeLink(facts: LinkFacts): LearnerLink {
  const { userId, mode, stats, report } = facts
  const rtt = stats?.rttMs ?? report?.rttMs ?? null
  const measured = {
    userId,
    mode,
    way: report?.way ?? null,
    rttMs: rtt === null ? null : Math.round(rtt),
    lossUp: stats?.lossIn ?? null,
    lossDown: stats?.lossOut ?? report?.lossDown ?? null,
  }
  if (facts.connection === undefined) return { ...measured, quality: 'reconnecting', reason: 'server' }
  if (facts.connection === 'reconnecting') return { ...measured, quality: 'reconnecting', reason: 'network' }
  const reason = weakness(facts, measured)
  return { ...measured, quality: reason === 'none' ? 'good' : 'weak', reason }
}

function weakness(
  { connection, mode, stats, report }: LinkFacts,
  { lossUp, lossDown, rttMs }: Pick<LearnerLink, 'lossUp' | 'lossDown' | 'rttMs'>,
): LearnerLink['reason'] {
  const lost = Math.max(lossUp ?? 0, lossDown ?? 0, report?.lossDown ?? 0)
  const available = stats && stats.consumers > 0 ? stats.availableOut : null
  if (available !== null && available < needed[mode]) return 'narrow'
  if (lost > manyLost || (report?.concealed ?? 0) > muchMadeUp) return 'loss'
  if ((rttMs ?? 0) > slowMs) return 'delay'
  return connection === 'weak' ? 'loss' : 'none'
}

/** Looks this often in a row without a fault make a weak link a good one again. */
const calmLooks = 3
/** So often in a row must a link look narrow: after a mode that takes little the estimate of it rises step by step. */
const narrowLooks = 3

/** Follows one learner's link from look to look, so that it does not flicker. */
export class LinkTrend {
  #told: LearnerLink | undefined
  #calm = 0
  #narrow = 0

  /** @returns the link when the mentor should be told of it */
  look(seen: LearnerLink): LearnerLink | undefined {
    const before = this.#told
    this.#narrow = seen.reason === 'narrow' ? this.#narrow + 1 : 0
    const doubtful = seen.reason === 'narrow' && this.#narrow < narrowLooks && before?.quality !== 'weak'
    const now: LearnerLink = doubtful ? { ...seen, quality: 'good', reason: 'none' } : seen
    this.#calm = now.quality === 'good' ? this.#calm + 1 : 0
    const recovering = before?.quality === 'weak' && now.quality === 'good' && this.#calm < calmLooks
    const link = recovering ? { ...now, quality: before.quality, reason: before.reason } : now
    if (before && !differs(before, link)) return undefined
    return (this.#told = link)
  }

  get told(): LearnerLink | undefined {
    return this.#told
  }
}

/** Numbers that move a little are no news. */
function differs(before: LearnerLink, now: LearnerLink): boolean {
  const named = (['quality', 'reason', 'mode', 'way'] as const).some((key) => before[key] !== now[key])
  return (
    named ||
    moved(before.rttMs, now.rttMs, 30, 0.25) ||
    moved(before.lossUp, now.lossUp, 0.02, 0.25) ||
    moved(before.lossDown, now.lossDown, 0.02, 0.25)
  )
}

function moved(before: number | null, now: number | null, least: number, part: number): boolean {
  if (before === null || now === null) return before !== now
  return Math.abs(now - before) > Math.max(least, before * part)
}
