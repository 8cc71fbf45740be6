/**
 * What a room costs in which everybody sends and shows nine others: it should grow with its people, not with their
 * square. Light participants on the whole product, one worker without limits; each looks at other pictures, so that all
 * are looked at. They send little (a small picture of 7 frames and some 30 kbit/s, and a voice of 25 packets a second),
 * so that forty of them, whose own work is done on the same machine, leave it room.
 * Ten people are the measure of linear: from there on everybody has nine tiles, and the loudest few are heard. Of
 * consumers it is twenty: up to a dozen microphones everybody keeps one of each.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LightClass } from '../loadtest/class.ts'
import { cpuMsOf } from '../loadtest/processes.ts'
import { whatNodesSay } from '../loadtest/run.ts'
import { ownTarget, type Target } from '../loadtest/target.ts'
import type { Figure } from './benchmark.ts'

const sizes = [5, 10, 20, 40]
/** Publishers are told after five seconds what nobody looks at; consumers that nobody needs linger for eight. */
const settleMs = 10_000
const windowMs = 12_000
/** Noise of a shared machine. */
const allowed = 1.15

interface Cost {
  people: number
  /** Shares of a core. */
  worker: number
  node: number
  packets: number
  consumers: number
}
type Part = Exclude<keyof Cost, 'people'>

/** base: the people from which on it is to be linear. */
const parts: Record<Part, { name: string; unit: string; base: number; round: (value: number) => number }> = {
  worker: { name: 'worker', unit: '% of a core', base: 10, round: percent },
  node: { name: 'node process', unit: '% of a core', base: 10, round: percent },
  packets: { name: 'forwarded', unit: 'packets/s', base: 10, round: Math.round },
  consumers: { name: 'consumers', unit: 'consumers', base: 20, round: Math.round },
}

export async function rooms(): Promise<Figure[]> {
  const target = await ownTarget({ SFU_WORKERS: '1', SFU_MAX_CONSUMERS: '5000', SFU_MAX_CPU: '1' })
  try {
    const idle = await useOf(target, windowMs / 2)
    const costs: Cost[] = []
    for (const people of sizes) costs.push(await measure(target, people, idle))
    return costs.flatMap((cost) => figures(cost, costs))
  } finally {
    await target.stop()
  }
}

type Use = Pick<Cost, 'worker' | 'node'>

/** What a worker and a node use without anybody is not the room's. */
async function measure(target: Target, people: number, idle: Use): Promise<Cost> {
  const room = await LightClass.make({
    url: target.url,
    admin: target.admin,
    people,
    publish: people,
    light: true,
    tiles: 9,
    spreadViews: true,
    turn: false,
    decryptOneIn: 0,
    screen: false,
    believed: true,
  })
  try {
    await room.join()
    await sleep(settleMs)
    for (const { reception } of room.people) reception.reset()
    const began = performance.now()
    const { worker, node } = await useOf(target, windowMs)
    const received = room.people.reduce((sum, { reception }) => sum + reception.received.packets, 0)
    const packets = (received * 1000) / (performance.now() - began)
    const consumers = (await whatNodesSay(target)).consumers ?? 0
    return { people, worker: worker - idle.worker, node: node - idle.node, packets, consumers }
  } finally {
    await room.close()
    await sleep(2_000)
  }
}

async function useOf({ processes }: Target, duringMs: number): Promise<Use> {
  const pidOf = (wanted: string) => processes().find(({ part }) => part === wanted)!.pid
  const [worker, node] = [pidOf('worker'), pidOf('sfu')]
  const before = [cpuMsOf(worker), cpuMsOf(node)] as const
  const began = performance.now()
  await sleep(duringMs)
  const ms = performance.now() - began
  return { worker: (cpuMsOf(worker) - before[0]) / ms, node: (cpuMsOf(node) - before[1]) / ms }
}

function figures(cost: Cost, costs: Cost[]): Figure[] {
  const { people } = cost
  const told = (what: string, value: number, unit: string, limit = Infinity): Figure => ({
    name: `room of ${people}, ${what}`,
    value,
    unit,
    goal: limit < Infinity ? `≤ ${limit}` : '-',
    ok: value <= limit,
  })
  return (Object.keys(parts) as Part[]).flatMap((part) => {
    const { name, unit, base: from, round } = parts[part]
    const base = costs.find((one) => one.people === from)!
    const linear = Math.round((cost[part] / people / (base[part] / base.people)) * 100) / 100
    const whole = told(name, round(cost[part]), unit)
    return people > from
      ? [whole, told(`${name} beside linear`, linear, `× that of ${from}, a person`, allowed)]
      : [whole]
  })
}

function percent(share: number): number {
  return Math.round(share * 1000) / 10
}
