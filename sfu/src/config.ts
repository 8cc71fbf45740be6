/** The node's settings: the environment, parsed once. Everything wrong is told at once, each by name. */
import { isIP } from 'node:net'
import { availableParallelism, hostname } from 'node:os'
import { ConfigError, listenAddress, secret, weakSecret } from '@peerlearn/contract/settings'
import { z } from 'zod'
import { sentToAll, usualLoudest } from './audible-rule.ts'

const port = z.coerce.number().int().min(1).max(65535)
const count = z.coerce.number().int().min(1)
const socketUrl = z.url({ protocol: /^wss?$/, error: 'must be a ws:// or wss:// address' })

const settings = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** Where servers open their control channel; never public. Port 0 takes any. */
  SFU_LISTEN: listenAddress.prefault('127.0.0.1:4000'),
  SFU_SECRET: secret,
  SFU_NODE_ID: z.string().min(1).max(64).default(hostname()),
  /** Where servers and other nodes reach the control channel; from SFU_LISTEN when it is not set. */
  SFU_URL: socketUrl.optional(),
  SFU_REGION: z.string().max(64).default(''),
  /** The node tells of itself there. */
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// address' }).optional(),
  SFU_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  /** Worker n listens on this port plus n, UDP and TCP. */
  RTC_MIN_PORT: port.default(40000),
  RTC_MAX_PORT: port.optional(),
  /** Newcomers are taken up to here: consumers and people on a worker, its share of one core, rooms on the node. */
  SFU_MAX_CONSUMERS: count.default(500),
  SFU_MAX_PEERS: count.default(500),
  SFU_MAX_CPU: z.coerce.number().min(0.05).max(1).default(0.8),
  SFU_MAX_ROOMS: count.default(1_000),
  /** So many of the loudest are heard beside the mentor, where more microphones are open than are sent to everybody. */
  SFU_MAX_VOICES: count.max(sentToAll).default(usualLoudest),
  /** Pipes to other nodes: the address at which they reach this one, and ports (UDP). */
  SFU_PIPE_ADDRESS: z
    .string()
    .refine((address) => isIP(address) > 0, 'must be an IP address')
    .optional(),
  SFU_PIPE_MIN_PORT: port.optional(),
  SFU_PIPE_MAX_PORT: port.optional(),
  /** Seconds that a pipe stays which nobody looks through. */
  SFU_PIPE_IDLE_SECONDS: z.coerce.number().min(0).max(600).default(5),
  /** Seconds in which a node that an admin empties is to be empty; it goes on with people who could not be moved. */
  SFU_EMPTY_SECONDS: z.coerce.number().min(1).max(3_600).default(120),
  /** Seconds after SIGTERM in which people may be moved away. */
  SFU_DRAIN_SECONDS: z.coerce.number().min(0).max(3_600).default(30),
  MEDIASOUP_ANNOUNCED_ADDRESS: z.string().min(1).max(253).optional(),
  MEDIASOUP_WORKER_BIN: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

const examples: Record<string, string> = {
  NODE_ENV: 'production',
  SFU_LISTEN: '127.0.0.1:4000',
  SFU_SECRET: '64 characters from `openssl rand -hex 32`',
  SFU_NODE_ID: 'sfu-1',
  SFU_URL: 'ws://10.0.0.7:4000',
  SFU_REGION: 'mumbai',
  REDIS_URL: 'redis://127.0.0.1:6379',
  SFU_MAX_CONSUMERS: '500',
  SFU_MAX_PEERS: '500',
  SFU_MAX_CPU: '0.8',
  SFU_MAX_ROOMS: '1000',
  SFU_MAX_VOICES: '4',
  SFU_PIPE_ADDRESS: '10.0.0.7',
  SFU_PIPE_MIN_PORT: '41000',
  SFU_PIPE_MAX_PORT: '41999',
  SFU_PIPE_IDLE_SECONDS: '5',
  SFU_EMPTY_SECONDS: '120',
  SFU_DRAIN_SECONDS: '30',
  SFU_WORKERS: '4',
  RTC_MIN_PORT: '40000',
  RTC_MAX_PORT: '40063',
  MEDIASOUP_ANNOUNCED_ADDRESS: '203.0.113.7',
  MEDIASOUP_WORKER_BIN: '/usr/local/bin/mediasoup-worker',
  LOG_LEVEL: 'info',
}

/** @throws ConfigError naming each setting at fault, the reason and an example */
export function parseConfig(env: Record<string, string | undefined>) {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = settings.safeParse(present)
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(fromIssue))
  const problems = [...portProblems(parsed.data), ...productionProblems(parsed.data)]
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...parsed.data, pipes: pipesOf(parsed.data) }
}

export type Config = ReturnType<typeof parseConfig>
type Settings = z.infer<typeof settings>

/** Beside the workers' ports unless it is said otherwise. */
function pipesOf(set: Settings) {
  const { RTC_MIN_PORT, MEDIASOUP_ANNOUNCED_ADDRESS: announced = '' } = set
  const beside = RTC_MIN_PORT + 1_999 <= 65_535 ? RTC_MIN_PORT + 1_000 : RTC_MIN_PORT - 2_000
  const min = set.SFU_PIPE_MIN_PORT ?? beside
  const max = set.SFU_PIPE_MAX_PORT ?? Math.min(min + 999, 65_535)
  return { address: set.SFU_PIPE_ADDRESS ?? (isIP(announced) ? announced : '127.0.0.1'), ports: { min, max } }
}

function portProblems(set: Settings) {
  const { RTC_MIN_PORT: min, RTC_MAX_PORT: max = 65535, SFU_WORKERS: workers } = set
  const { ports } = pipesOf(set)
  const last = min + workers - 1
  const problems: string[] = []
  if (last > max)
    problems.push(problem('RTC_MAX_PORT', `${workers} workers need the ports ${min} to ${last}`))
  if (ports.max < ports.min) problems.push(problem('SFU_PIPE_MAX_PORT', 'is below SFU_PIPE_MIN_PORT'))
  else if (ports.min <= last && ports.max >= min)
    problems.push(problem('SFU_PIPE_MIN_PORT', `its range meets the workers' ports ${min} to ${last}`))
  return problems
}

function productionProblems({ NODE_ENV, SFU_SECRET, MEDIASOUP_ANNOUNCED_ADDRESS }: Settings) {
  if (NODE_ENV !== 'production') return []
  const problems: string[] = []
  if (SFU_SECRET.length < 32) problems.push(problem('SFU_SECRET', 'needs at least 32 characters'))
  else if (weakSecret.test(SFU_SECRET)) problems.push(problem('SFU_SECRET', 'looks like a default'))
  if (!MEDIASOUP_ANNOUNCED_ADDRESS)
    problems.push(problem('MEDIASOUP_ANNOUNCED_ADDRESS', 'is missing: the address that browsers reach'))
  return problems
}

function fromIssue(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0])
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return problem(name, missing ? 'is missing' : issue.message)
}

const problem = (name: string, reason: string) => `${name}: ${reason} (for example ${examples[name]})`
