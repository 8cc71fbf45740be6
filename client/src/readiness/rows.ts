/** The lines of a check as they are drawn while it runs and after it. Pure. */
import type { ReadinessResult } from '@peerlearn/contract/readiness'
import { thresholds } from '@peerlearn/contract/readiness-verdict'
import type { ProbeWay } from '@peerlearn/contract/probe'
import type { CheckState } from './check.svelte.ts'
import type { LinkStep } from './link-check.ts'
import { rateWords, shareWords } from './words.ts'

export type RowState = 'waiting' | 'running' | 'good' | 'info' | 'warn' | 'bad'
export interface Row {
  name: string
  state: RowState
  words: string
}

interface Seen {
  state: CheckState
  step: LinkStep
  ways: Partial<Record<ProbeWay, number | null>>
  result: ReadinessResult | null
}

const steps: readonly LinkStep[] = ['ways', 'distance', 'down', 'up']

/** The ways in, then what the best of them carries. */
export function linkRows(seen: Seen): Row[] {
  const { result } = seen
  return [
    wayRow(seen, 'udp', 'Directly, over UDP', 'blocked on this network'),
    wayRow(seen, 'tcp', 'Directly, over TCP', 'blocked on this network'),
    wayRow(seen, 'turn', 'Through a relay (TURN)', 'not reached'),
    measuredRow(seen, 'down', 'Download', result?.downBits, rateWords, (bits) =>
      bits < thresholds.voiceDown ? 'bad' : bits < thresholds.picturesDown ? 'warn' : 'good',
    ),
    measuredRow(seen, 'up', 'Upload', result?.upBits, rateWords, (bits) =>
      bits < thresholds.voiceUp ? 'bad' : bits < thresholds.cameraUp ? 'warn' : 'good',
    ),
    measuredRow(
      seen,
      'distance',
      'Round trip',
      result?.rttMs,
      (ms) => `${ms} ms`,
      (ms) => (ms > thresholds.voiceRttMs ? 'bad' : ms > thresholds.picturesRttMs ? 'warn' : 'good'),
    ),
    measuredRow(seen, 'distance', 'Packets lost', lossOf(result), shareWords, (share) =>
      share > thresholds.voiceLoss ? 'bad' : share > thresholds.picturesLoss ? 'warn' : 'good',
    ),
  ]
}

export function microphoneRow(microphone: ReadinessResult['microphone'], state: CheckState): Row {
  const name = 'Microphone'
  if (state === 'idle') return { name, state: 'waiting', words: '' }
  const running = state === 'running'
  const rows: Record<typeof microphone, Omit<Row, 'name'>> = {
    works: { state: 'good', words: 'heard' },
    silent: running
      ? { state: 'running', words: 'say something' }
      : { state: 'warn', words: 'nothing heard' },
    blocked: { state: 'bad', words: 'can’t be used' },
    missing: { state: 'bad', words: 'none found' },
    untested: running ? { state: 'running', words: '' } : { state: 'info', words: 'not tried' },
  }
  return { name, ...rows[microphone] }
}

export function cameraRow(camera: ReadinessResult['camera'], state: CheckState): Row {
  const name = 'Camera'
  if (state === 'idle') return { name, state: 'waiting', words: '' }
  const rows: Record<typeof camera, Omit<Row, 'name'>> = {
    works: { state: 'good', words: 'works' },
    blocked: { state: 'warn', words: 'can’t be used' },
    missing: { state: 'info', words: 'none found' },
    untested: { state: 'info', words: 'off' },
  }
  return { name, ...rows[camera] }
}

function wayRow({ state, step, ways: tried, result }: Seen, way: ProbeWay, name: string, none: string): Row {
  // What was cut off when others were open counts as closed in the result.
  const ways = result?.ways ?? tried
  const ms = ways[way]
  if (ms === undefined || state === 'idle')
    return { name, state: state === 'running' && step === 'ways' ? 'running' : 'waiting', words: '' }
  if (ms !== null) return { name, state: 'good', words: `open in ${ms} ms` }
  const others = Object.values(ways).some((one) => one !== null)
  return { name, state: others ? 'info' : 'bad', words: none }
}

function measuredRow(
  { state, step }: Seen,
  at: LinkStep,
  name: string,
  value: number | null | undefined,
  words: (value: number) => string,
  judge: (value: number) => RowState,
): Row {
  if (value !== null && value !== undefined) return { name, state: judge(value), words: words(value) }
  if (state === 'running' && step === at) return { name, state: 'running', words: '' }
  // Measured already, and told with the whole result.
  if (state === 'running' && steps.indexOf(step) > steps.indexOf(at))
    return { name, state: 'good', words: '' }
  return { name, state: 'waiting', words: state === 'done' ? 'not measured' : '' }
}

function lossOf(result: ReadinessResult | null): number | null {
  if (result?.lossDown == null && result?.lossUp == null) return null
  return Math.max(result.lossDown ?? 0, result.lossUp ?? 0)
}
