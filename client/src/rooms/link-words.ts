/** A learner's link as their mentor reads it. Pure. */
import type { LearnerLink } from '@peerlearn/contract/links'
import { modeNames } from './receive-words.ts'

const reasons: Record<LearnerLink['reason'], string> = {
  none: '',
  loss: 'much is lost on the way',
  delay: 'long delay',
  narrow: 'narrow line',
  network: 'their network is away',
  server: 'our server',
}

const ways: Record<NonNullable<LearnerLink['way']>, string> = {
  udp: '',
  tcp: 'over TCP',
  'turn-udp': 'over TURN',
  'turn-tcp': 'over TURN',
  'turn-tls': 'over TURN',
}

const qualities = { good: 'Good connection', weak: 'Weak', reconnecting: 'Reconnecting' }

/** "Weak: much is lost on the way · Saver · over TURN · 240 ms". */
export function linkWords({ quality, reason, mode, way, rttMs }: LearnerLink): string {
  const why = reasons[reason]
  return [
    why ? `${qualities[quality]}: ${why}` : qualities[quality],
    mode === 'full' ? '' : modeNames[mode],
    way ? ways[way] : '',
    rttMs !== null && rttMs >= 150 ? `${rttMs} ms` : '',
  ]
    .filter(Boolean)
    .join(' · ')
}
