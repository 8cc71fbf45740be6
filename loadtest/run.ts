/** One load test from beginning to end, and its figures. */
import { adminRoutes } from '@peerlearn/contract/admin'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { adminOf } from './accounts.ts'
import { call } from './api.ts'
import { Churning } from './churning.ts'
import { LightClass, type ClassWish } from './class.ts'
import type { LightPerson } from './person.ts'
import { watchProcesses, type Use } from './processes.ts'
import type { Target } from './target.ts'

export interface LoadWish extends Omit<ClassWish, 'url' | 'believed' | 'admin' | 'onProgress'> {
  rooms: number
  seconds: number
  /** People that leave and come back a second, over all rooms. */
  churn: number
  /** All of a room come within this time; 0: one after the other as they can. */
  joinOverMs: number
}

export interface LoadResult {
  people: number
  joins: number
  joinP50Ms: number | null
  joinP95Ms: number | null
  /** Who left and came back, of so many that were to. */
  churned: number
  churnDue: number
  /** Who never got a packet of anybody, though somebody else sent. */
  silent: number
  packets: number
  packetsLost: number
  freezes: number
  frozenMs: number
  downlinkKbits: { mean: number; p95: number }
  consumersMade: number
  /** As the nodes say; null where no admin's account is known. */
  consumers: number | null
  pipes: number | null
  nodes: number | null
  workers: number | null
  processes: Use[]
  /** How late this process itself was, at most: above some tens of ms it measures itself. */
  ownDelayMs: number
  ownCpu: number
  troubles: string[]
}

export async function runLoad(
  target: Target,
  wish: LoadWish,
  { signal, tell }: { signal: AbortSignal; tell: (text: string) => void },
): Promise<LoadResult> {
  const classes: LightClass[] = []
  try {
    await makeClasses(classes, target, wish, { signal, tell })
    await joinAll(classes, wish, { signal, tell })
    return await measure(classes, target, wish, { signal, tell })
  } finally {
    tell('everybody leaves')
    await Promise.all(classes.map((one) => one.end().then(() => one.close())))
  }
}

interface Told {
  signal: AbortSignal
  tell: (text: string) => void
}

async function makeClasses(
  classes: LightClass[],
  { url, believed, admin }: Target,
  wish: LoadWish,
  { signal, tell }: Told,
) {
  let [made, came] = [0, 0]
  const all = wish.rooms * (wish.people - 1)
  for (let n = 0; n < wish.rooms; n++) {
    signal.throwIfAborted()
    const onProgress = () => {
      if (made < all) tell(`accounts and seats: ${++made} of ${all}`)
      else if (++came <= all) tell(`in the rooms: ${came} of ${all}`)
    }
    classes.push(
      await LightClass.make({ ...wish, url, believed, admin, onProgress }, `Load test, room ${n + 1}`),
    )
  }
}

async function joinAll(classes: LightClass[], { joinOverMs }: LoadWish, { signal }: Told) {
  const joining = Promise.all(classes.map((one) => one.join(joinOverMs)))
  await Promise.race([joining, aborted(signal)])
}

async function measure(
  classes: LightClass[],
  target: Target,
  { seconds, churn }: LoadWish,
  { signal, tell }: Told,
): Promise<LoadResult> {
  const first = classes.flatMap((one) => one.people)
  for (const person of first) person.reception.reset()
  const processes = watchProcesses(target.processes)
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const own = process.cpuUsage()
  const began = performance.now()
  const churning = new Churning(classes, churn)
  const stopped = aborted(signal).catch(() => undefined)
  while (performance.now() - began < seconds * 1000 && !signal.aborted) {
    await Promise.race([sleep(100), stopped])
    const passed = (performance.now() - began) / 1000
    churning.keepUp(Math.min(passed, seconds))
    tell(`measuring: ${Math.round(passed)} of ${seconds} s, ${churning.done} left and came back`)
  }
  if (!signal.aborted) await Promise.race([churning.settle(), stopped])
  const took = (performance.now() - began) / 1000
  const used = process.cpuUsage(own)
  const uses = processes()
  const seen = await whatNodesSay(target)
  return {
    ...figures(classes, first, took),
    ...seen,
    churned: churning.done,
    churnDue: churning.due,
    processes: uses,
    ownDelayMs: Math.round(delay.max / 1e6),
    ownCpu: (used.user + used.system) / 1e6 / took,
  }
}

function figures(classes: LightClass[], first: LightPerson[], seconds: number) {
  const everybody = classes.flatMap((one) => [...one.people, ...one.past])
  const audience = classes.flatMap((one) => one.audience)
  const joins = everybody.flatMap(({ joinMs }) => (joinMs === undefined ? [] : [joinMs]))
  const received = everybody.map(({ reception }) => reception.received)
  const sum = (of: (one: (typeof received)[number]) => number) =>
    received.reduce((all, one) => all + of(one), 0)
  const downlinks = first.map(({ reception }) => (reception.received.bytes * 8) / 1000 / seconds)
  return {
    people: first.length,
    joins: joins.length,
    joinP50Ms: percentile(joins, 0.5),
    joinP95Ms: percentile(joins, 0.95),
    silent: audience.filter(({ reception }) => reception.firstAt === undefined).length,
    packets: sum(({ packets }) => packets),
    packetsLost: sum(({ lost }) => lost),
    freezes: sum(({ freezes }) => freezes),
    frozenMs: sum(({ frozenMs }) => frozenMs),
    downlinkKbits: {
      mean: Math.round(downlinks.reduce((all, one) => all + one, 0) / downlinks.length),
      p95: percentile(downlinks, 0.95) ?? 0,
    },
    consumersMade: everybody.reduce((all, { consumersMade }) => all + consumersMade, 0),
    troubles: everybody.flatMap(({ troubles }) => troubles),
  }
}

/** Consumers and pipes as every worker counts them. */
export async function whatNodesSay({ url, admin }: Pick<Target, 'url' | 'admin'>) {
  if (!admin) return { consumers: null, pipes: null, nodes: null, workers: null }
  await sleep(2_500) // they tell every two seconds
  const token = await adminOf(url, admin).token()
  const { live } = await call(url, adminRoutes.overview, { token })
  const workers = live.nodes.flatMap((node) => node.workers)
  const count = (of: 'consumers' | 'pipes') => workers.reduce((all, worker) => all + worker[of], 0)
  return {
    consumers: count('consumers'),
    pipes: count('pipes'),
    nodes: live.nodes.filter(({ up }) => up).length,
    workers: workers.length,
  }
}

/** The value under which this share of them stays; null of none. */
export function percentile(values: number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  return value === undefined ? null : Math.round(value * 10) / 10
}

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, fail) =>
    signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true }),
  )
