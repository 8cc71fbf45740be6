/** The node's settings: the environment, parsed once. Everything wrong is told at once, each by name. */
import { availableParallelism, hostname } from 'node:os'
import { z } from 'zod'

export class ConfigError extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`The settings are not usable:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const port = z.coerce.number().int().min(1).max(65535)
const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be an address and a port')
  .transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(value.slice(colon + 1)) }
  })
  .refine((at) => at.port <= 65535, 'the port is too large')

const settings = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  /** Where servers open their control channel; never public. Port 0 takes any. */
  SFU_LISTEN: listen.prefault('127.0.0.1:4000'),
  SFU_SECRET: z.string().min(16, 'needs at least 16 characters'),
  SFU_NODE_ID: z.string().min(1).max(64).default(hostname()),
  SFU_WORKERS: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  /** Worker n listens on this port plus n, UDP and TCP. */
  RTC_MIN_PORT: port.default(40000),
  RTC_MAX_PORT: port.optional(),
  MEDIASOUP_ANNOUNCED_ADDRESS: z.string().min(1).max(253).optional(),
  MEDIASOUP_WORKER_BIN: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
})

const examples: Record<string, string> = {
  NODE_ENV: 'production',
  SFU_LISTEN: '127.0.0.1:4000',
  SFU_SECRET: '64 characters from `openssl rand -hex 32`',
  SFU_NODE_ID: 'sfu-1',
  SFU_WORKERS: '4',
  RTC_MIN_PORT: '40000',
  RTC_MAX_PORT: '40063',
  MEDIASOUP_ANNOUNCED_ADDRESS: '203.0.113.7',
  MEDIASOUP_WORKER_BIN: '/usr/local/bin/mediasoup-worker',
  LOG_LEVEL: 'info',
}

const weak = /^(.)\1+$|secret|password|changeme|example|default|^0123|^1234/i

/** @throws ConfigError naming each setting at fault, the reason and an example */
export function parseConfig(env: Record<string, string | undefined>) {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = settings.safeParse(present)
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map(fromIssue))
  const problems = [...portProblems(parsed.data), ...productionProblems(parsed.data)]
  if (problems.length > 0) throw new ConfigError(problems)
  return parsed.data
}

export type Config = ReturnType<typeof parseConfig>
type Settings = z.infer<typeof settings>

function portProblems({ RTC_MIN_PORT: min, RTC_MAX_PORT: max = 65535, SFU_WORKERS: workers }: Settings) {
  const last = min + workers - 1
  if (last <= max) return []
  return [problem('RTC_MAX_PORT', `${workers} workers need the ports ${min} to ${last}`)]
}

function productionProblems({ NODE_ENV, SFU_SECRET, MEDIASOUP_ANNOUNCED_ADDRESS }: Settings) {
  if (NODE_ENV !== 'production') return []
  const problems: string[] = []
  if (SFU_SECRET.length < 32) problems.push(problem('SFU_SECRET', 'needs at least 32 characters'))
  else if (weak.test(SFU_SECRET)) problems.push(problem('SFU_SECRET', 'looks like a default'))
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
