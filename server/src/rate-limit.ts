/** How often somebody may ask: in Redis where servers share one, else (and while Redis is away) in memory. */
import type { Limit } from '@peerlearn/contract/route'
import type { Request, Response } from 'express'
import { Redis } from 'ioredis'
import { isIPv6 } from 'node:net'
import {
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible'
import type { Who } from './http.ts'
import { TooManyRequests } from './too-many-requests.ts'

interface Rule {
  points: number
  seconds: number
  /** What a refusal says first. */
  words?: string
  /** Counted by this process alone, and without waiting for Redis. */
  here?: true
}

/**
 * Requests a minute and caller. Sign-in is counted twice: an address may try 60 times (a school behind one address
 * signs in at the hour; each try costs us a hash), and 5 times for one account, of which a success gives its tries back:
 * the owner of an account with several tabs is no guesser. Guesses themselves have their own, longer count.
 */
const rules = {
  auth: { points: 60, seconds: 60 },
  account: { points: 5, seconds: 60 },
  payments: { points: 10, seconds: 60 },
  sessions: { points: 100, seconds: 60 },
  webrtc: { points: 1_000, seconds: 60 },
  /** Paths opened to check a link: three a check, each of a few megabytes at most. */
  probe: { points: 24, seconds: 60 },
  'guess-account': { points: 10, seconds: 600 },
  'guess-address': { points: 50, seconds: 600 },
  /** Mails with a link, of one kind to one person. */
  'mail-link': { points: 5, seconds: 3_600 },
  /** Everything about somebody as a file. */
  export: { points: 5, seconds: 86_400 },
  /** Invitations that one buyer sends to another address: anybody's mailbox. */
  invitation: { points: 20, seconds: 3_600 },
  /** Lines of chat that one person says in a class: each is told to everybody. A seat is on one server at a time. */
  chat: { points: 60, seconds: 60, words: 'That is more than a class can read.', here: true },
} as const satisfies Record<string, Rule>

type Counter = keyof typeof rules

export interface Limits {
  /** Counts one request and says so in the RateLimit headers. @throws AppError `too-many-requests` */
  request: (limit: Limit, req: Request, res: Response, who: Pick<Who, 'userId'> | undefined) => Promise<void>
  /** Counts so many at once, one unless told: all of them or none. @throws AppError `too-many-requests` */
  count(counter: Counter, key: string, points?: number): Promise<void>
  /** What was counted and did not come about after all. */
  giveBack(counter: Counter, key: string, points: number): Promise<void>
  /** @throws AppError `too-many-requests` when this key has used up all that it had; counts nothing */
  refuseSpent(counter: Counter, key: string): Promise<void>
  forget(counter: Counter, key: string): Promise<void>
  close(): void
}

export function createLimits(redisUrl: string | undefined): Limits {
  const redis = redisUrl ? connect(redisUrl) : undefined
  const limiters = Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => [name, limiter(name, rule, redis)]),
  ) as Record<Counter, RateLimiterAbstract> // the same keys as the rules
  const spend = async (counter: Counter, key: string, some = 1) => {
    const { points } = rules[counter]
    const left = await limiters[counter].consume(key, some).catch(asResult)
    return { points, left, over: left.consumedPoints > points }
  }
  const giveBack = async (counter: Counter, key: string, points: number) =>
    void (await limiters[counter].reward(key, points))
  return {
    async request(limit, req, res, who) {
      if (limit === 'none') return
      const { points, left, over } = await spend(
        limit,
        limit === 'auth' || !who ? addressOf(req) : who.userId,
      )
      res.setHeader('RateLimit-Limit', points)
      res.setHeader('RateLimit-Remaining', Math.max(0, left.remainingPoints))
      res.setHeader('RateLimit-Reset', secondsOf(left))
      if (over) throw refusal(left)
    },
    async count(counter, key, points = 1) {
      const { words }: Rule = rules[counter]
      const { left, over } = await spend(counter, key, points)
      if (!over) return
      // Fewer of them may still be left.
      if (points > 1) await giveBack(counter, key, points)
      throw refusal(left, words)
    },
    giveBack,
    async refuseSpent(counter, key) {
      const left = await limiters[counter].get(key)
      if (left && left.consumedPoints >= rules[counter].points) throw refusal(left)
    },
    forget: async (counter, key) => void (await limiters[counter].delete(key)),
    close: () => redis?.disconnect(),
  }
}

/** Somebody's address; of IPv6 the network, which one person usually has whole. */
export function addressOf(req: Pick<Request, 'ip'>): string {
  const ip = req.ip ?? 'unknown'
  if (!isIPv6(ip)) return ip
  if (ip.startsWith('::ffff:')) return ip.slice('::ffff:'.length)
  const [head = '', tail = ''] = ip.split('::')
  const groups = head.split(':').filter(Boolean)
  const rest = tail.split(':').filter(Boolean)
  const whole = [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest]
  return `${whole.slice(0, 4).join(':')}::/64`
}

function limiter(
  name: string,
  { points, seconds, here }: Rule,
  redis: Redis | undefined,
): RateLimiterAbstract {
  const options = { keyPrefix: `limit:${name}`, points, duration: seconds }
  const memory = new RateLimiterMemory(options)
  return redis && !here
    ? new RateLimiterRedis({ ...options, storeClient: redis, insuranceLimiter: memory })
    : memory
}

/** Without a queue, and with a limit: while Redis is away or hangs, the limiter in memory answers soon. */
function connect(url: string): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    commandTimeout: 1_000,
  })
  redis.on('error', () => undefined) // the bus on the same Redis tells of it
  return redis
}

/** A limiter rejects with its result when the points are spent. */
function asResult(reason: unknown): RateLimiterRes {
  if (reason instanceof RateLimiterRes) return reason
  throw reason
}

const secondsOf = (left: RateLimiterRes) => Math.max(1, Math.ceil(left.msBeforeNext / 1000))
const refusal = (left: RateLimiterRes, words?: string) => new TooManyRequests(secondsOf(left), words)
