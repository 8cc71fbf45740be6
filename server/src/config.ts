/** The server's settings: the environment, parsed once. Everything wrong is told at once, each by name. */
import { z } from 'zod'

export class ConfigError extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`The settings are not usable:\n${problems.map((p) => `  ${p}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

const list = z.string().transform((s) =>
  s
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)
/** `127.0.0.1:9464`, `[::1]:9464` */
const listen = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$/, 'must be an address and a port, such as 127.0.0.1:9464')
  .transform((value) => {
    const colon = value.lastIndexOf(':')
    return { host: value.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(value.slice(colon + 1)) }
  })
  .refine(({ port }) => port <= 65535, 'the port is too large')
const secret = z.string().min(16, 'needs at least 16 characters')

const settings = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  PUBLIC_URL: z.url('must be the address that people open, such as https://learn.example.org'),
  DATABASE_URL: z.url('must be a postgres:// address'),
  REDIS_URL: z.url('must be a redis:// address').optional(),
  AUTH_SECRET: secret,
  /** The secret before the present one: its tokens still count. */
  AUTH_SECRET_PREVIOUS: secret.optional(),
  SFU_SECRET: secret,
  /** Media nodes that are always known; others register themselves in Redis. */
  SFU_URLS: list.pipe(z.array(z.url('must be ws:// addresses of media nodes'))).default([]),
  /** Media nodes that say the same are preferred. */
  REGION: z.string().max(64).optional(),
  TURN_SECRET: secret,
  TURN_URLS: list.default([]),
  RAZORPAY_KEY_ID: z.string().min(1),
  RAZORPAY_KEY_SECRET: secret,
  RAZORPAY_WEBHOOK_SECRET: secret,
  /** Base address of the payment sandbox; a trial's only. */
  RAZORPAY_API_URL: z.url().optional(),
  CLIENT_DIR: z.string().optional(),
  /** Where Prometheus asks for /metrics; never public, and off unless it is set. */
  METRICS_LISTEN: listen.optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Proxies in front of the server, whose X-Forwarded-For is believed. */
  TRUST_PROXY: z.coerce.number().int().min(0).max(5).default(0),
})

const secrets = [
  'AUTH_SECRET',
  'AUTH_SECRET_PREVIOUS',
  'SFU_SECRET',
  'TURN_SECRET',
  'RAZORPAY_KEY_SECRET',
  'RAZORPAY_WEBHOOK_SECRET',
] as const
const weak = /^(.)\1+$|secret|password|changeme|example|default|^0123|^1234/i

type Env = Record<string, string | undefined>

/** What production adds: strong secrets, all different, an https address, no sandbox. Of what is set; what is not is told anyway. */
function productionProblems(env: Env): string[] {
  const problems = secrets.flatMap((name) => secretProblem(env, name))
  if (env.PUBLIC_URL && !env.PUBLIC_URL.startsWith('https://'))
    problems.push('PUBLIC_URL: must begin with https:// (cameras need it)')
  if (env.RAZORPAY_API_URL)
    problems.push('RAZORPAY_API_URL: the payment sandbox is for trials only; remove it')
  if (env.RAZORPAY_KEY_ID?.startsWith('rzp_sandbox')) problems.push('RAZORPAY_KEY_ID: is the sandbox key')
  return problems
}

/** Somewhere there must be media nodes. */
const nodeProblems = (env: Env): string[] =>
  env.SFU_URLS || env.REDIS_URL
    ? []
    : ['SFU_URLS: is missing; name the media nodes, or the Redis where they register (REDIS_URL)']

/** Razorpay makes its own secrets, and shorter ones. */
const leastLength = (name: string) => (name.startsWith('RAZORPAY') ? 16 : 32)

function secretProblem(env: Env, name: (typeof secrets)[number]): string[] {
  const value = env[name]
  if (!value) return []
  if (weak.test(value)) return [`${name}: looks like a default; use random characters (openssl rand -hex 32)`]
  if (value.length < leastLength(name))
    return [`${name}: too short; use ${leastLength(name)} random characters or more`]
  const twice = secrets.some((other) => other < name && env[other] === value)
  return twice ? [`${name}: is used for another secret too`] : []
}

/** @throws ConfigError naming each setting at fault */
export function parseConfig(env: Env) {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = settings.safeParse(present)
  const problems = [
    ...(parsed.error?.issues.map(problem) ?? []),
    ...nodeProblems(present),
    ...(present.NODE_ENV === 'production' ? productionProblems(present) : []),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(oncePerName(problems))
  return parsed.data
}

/** The first problem of each setting. */
const oncePerName = (problems: string[]) =>
  [...new Map(problems.toReversed().map((text) => [text.split(':')[0], text])).values()].toReversed()

const problem = (issue: z.core.$ZodIssue) => {
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return `${issue.path.join('.')}: ${missing ? 'is missing' : issue.message}`
}

export type Config = ReturnType<typeof parseConfig>
