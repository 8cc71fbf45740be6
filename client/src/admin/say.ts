/** Figures of the live view in words. */
import { hotCpu } from '@peerlearn/contract/admin'
import type { Way } from '@peerlearn/contract/media'

const number = new Intl.NumberFormat('en-IN')

/** What is not known is a dash. */
const orDash =
  <T>(say: (value: T) => string) =>
  (value: T | null | undefined): string =>
    value === null || value === undefined ? '–' : say(value)

export const amount = orDash((value: number) => number.format(Math.round(value)))
export const percent = orDash((share: number) => `${Math.round(share * 100)}%`)
/** Loss matters below one percent, too. */
export const loss = orDash((share: number) => `${share === 0 ? '0' : (share * 100).toFixed(1)}%`)
export const millis = orDash((ms: number) =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`,
)

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)))
  const size = value / 1_000 ** step
  return `${size >= 100 || step === 0 ? Math.round(size) : size.toFixed(1)} ${units[step]}`
}

export const counted = (count: number, one: string, many = `${one}s`) =>
  `${amount(count)} ${count === 1 ? one : many}`

const ways: Record<Way, string> = {
  udp: 'direct',
  tcp: 'direct, TCP',
  'turn-udp': 'TURN, UDP',
  'turn-tcp': 'TURN, TCP',
  'turn-tls': 'TURN, TLS',
}
export const wayOf = orDash((way: Way) => ways[way])

export const kindOfCpu = (cpu: number) => (cpu > hotCpu ? 'bad' : cpu > 0.6 ? 'warn' : 'accent')
