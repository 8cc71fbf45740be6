/** The server's settings: the environment, parsed once. Everything wrong is told at once, each by name. */
import { ConfigError, listenAddress, secret, weakSecret } from '@peerlearn/contract/settings'
import { z } from 'zod'
import { parseOidc } from './oidc-settings.ts'

const list = z.string().transform((s) =>
  s
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
)

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
  /** The webhook's secret before the present one: what was signed with it still counts. */
  RAZORPAY_WEBHOOK_SECRET_PREVIOUS: secret.optional(),
  /** Base address of the payment sandbox; a trial's only. */
  RAZORPAY_API_URL: z.url().optional(),
  /** What the platform keeps of a mentor's takings unless something else was agreed, in hundredths of a percent. */
  PLATFORM_FEE_BASIS_POINTS: z.coerce.number().int().min(0).max(10_000).default(1_000),
  CLIENT_DIR: z.string().optional(),
  /** Where Prometheus asks for /metrics; never public, and off unless it is set. */
  METRICS_LISTEN: listenAddress.optional(),
  /** `smtp://user:password@host:587` (TLS when offered), `smtps://…:465`. Without it, in a trial, mails stay to be looked at. */
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// address' }).optional(),
  /** Who mails come from: `PeerLearn <classes@example.org>`. */
  MAIL_FROM: z
    .string()
    .max(200)
    .regex(
      /^(?:[^<>@\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/,
      'must be an address, such as PeerLearn <classes@example.org>',
    )
    .default('PeerLearn <noreply@peerlearn.example>'),
  /** Keys of web push; without them there is none. `npx web-push generate-vapid-keys` makes a pair. */
  VAPID_PUBLIC_KEY: z
    .string()
    .regex(/^[\w-]{87}$/, 'must be 87 characters of base64url')
    .optional(),
  VAPID_PRIVATE_KEY: z
    .string()
    .regex(/^[\w-]{43}$/, 'must be 43 characters of base64url')
    .optional(),
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
  'RAZORPAY_WEBHOOK_SECRET_PREVIOUS',
] as const

type Env = Record<string, string | undefined>

/** What production adds: strong secrets, all different, an https address, no sandbox. Of what is set; what is not is told anyway. */
function productionProblems(env: Env): string[] {
  const problems = secrets.flatMap((name) => secretProblem(env, name))
  if (env.PUBLIC_URL && !env.PUBLIC_URL.startsWith('https://'))
    problems.push('PUBLIC_URL: must begin with https:// (cameras need it)')
  if (env.RAZORPAY_API_URL)
    problems.push('RAZORPAY_API_URL: the payment sandbox is for trials only; remove it')
  if (env.RAZORPAY_KEY_ID?.startsWith('rzp_sandbox')) problems.push('RAZORPAY_KEY_ID: is the sandbox key')
  if (!env.SMTP_URL)
    problems.push('SMTP_URL: is missing; people prove their address and hear of their classes by mail')
  if (!env.MAIL_FROM) problems.push('MAIL_FROM: is missing; it names who mails come from')
  return problems
}

/** Somewhere there must be media nodes. */
const nodeProblems = (env: Env): string[] =>
  env.SFU_URLS || env.REDIS_URL
    ? []
    : ['SFU_URLS: is missing; name the media nodes, or the Redis where they register (REDIS_URL)']

/** Half a pair of keys is none. */
const pushProblems = (env: Env): string[] =>
  Boolean(env.VAPID_PUBLIC_KEY) === Boolean(env.VAPID_PRIVATE_KEY)
    ? []
    : [
        `${env.VAPID_PUBLIC_KEY ? 'VAPID_PRIVATE_KEY' : 'VAPID_PUBLIC_KEY'}: is missing; the two belong together`,
      ]

/** Razorpay makes its own secrets, and shorter ones. */
const leastLength = (name: string) => (name.startsWith('RAZORPAY') ? 16 : 32)

function secretProblem(env: Env, name: (typeof secrets)[number]): string[] {
  const value = env[name]
  if (!value) return []
  if (weakSecret.test(value))
    return [`${name}: looks like a default; use random characters (openssl rand -hex 32)`]
  if (value.length < leastLength(name))
    return [`${name}: too short; use ${leastLength(name)} random characters or more`]
  const twice = secrets.some((other) => other < name && env[other] === value)
  return twice ? [`${name}: is used for another secret too`] : []
}

/** @throws ConfigError naming each setting at fault */
export function parseConfig(env: Env) {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = settings.safeParse(present)
  const oidc = parseOidc(present)
  const problems = [
    ...oidc.problems,
    ...(parsed.error?.issues.map(problem) ?? []),
    ...nodeProblems(present),
    ...pushProblems(present),
    ...(present.NODE_ENV === 'production' ? productionProblems(present) : []),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(oncePerName(problems))
  return { ...parsed.data, OIDC: oidc.providers }
}

/** The first problem of each setting. */
const oncePerName = (problems: string[]) =>
  [...new Map(problems.toReversed().map((text) => [text.split(':')[0], text])).values()].toReversed()

const problem = (issue: z.core.$ZodIssue) => {
  const missing = issue.code === 'invalid_type' && issue.input === undefined
  return `${issue.path.join('.')}: ${missing ? 'is missing' : issue.message}`
}

export type Config = ReturnType<typeof parseConfig>
