/**
 * What a room costs in which everybody sends and shows nine others: it should grow with its people, not with their
 * square. Light participants on the whole product, one worker without limits; each looks at other pictures, so that all are looked at.
 * Ten people are the measure of linear: from there on everybody has nine tiles, and the loudest four are heard.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LightClass } from '../loadtest/class.ts'
import { cpuMsOf } from '../loadtest/processes.ts'
import { ownTarget, type Target } from '../loadtest/target.ts'
import type { Figure } from './benchmark.ts'

const sizes = [5, 10, 20, 40]
const settleMs = 6_000
const windowMs = 12_000
/** Noise of a shared machine, and costs that a worker has without anybody. */
const allowed = 1.15

interface Cost {
  people: number
  /** Share of a core. */
  cpu: number
  packetsASecond: number
}

export async function rooms(): Promise<Figure[]> {
  const target = await ownTarget({ SFU_WORKERS: '1', SFU_MAX_CONSUMERS: '5000', SFU_MAX_CPU: '1' })
  try {
    const costs: Cost[] = []
    for (const people of sizes) costs.push(await measure(target, people))
    const base = costs.find(({ people }) => people === 10)!
    return costs.flatMap((cost) => figures(cost, base))
  } finally {
    await target.stop()
  }
}

async function measure({ url, processes }: Target, people: number): Promise<Cost> {
  const room = await LightClass.make({
    url,
    people,
    publish: people,
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
    const worker = processes().find(({ part }) => part === 'worker')!.pid
    for (const { reception } of room.people) reception.reset()
    const [cpu, began] = [cpuMsOf(worker), performance.now()]
    await sleep(windowMs)
    const ms = performance.now() - began
    const packets = room.people.reduce((sum, { reception }) => sum + reception.received.packets, 0)
    return { people, cpu: (cpuMsOf(worker) - cpu) / ms, packetsASecond: (packets * 1000) / ms }
  } finally {
    await room.close()
    await sleep(2_000)
  }
}

function figures({ people, cpu, packetsASecond }: Cost, base: Cost): Figure[] {
  const name = `room of ${people}`
  const told = (what: string, value: number, unit: string): Figure => ({
    name: `${name}, ${what}`,
    value,
    unit,
    goal: '-',
    ok: true,
  })
  const costs = [
    told('worker', Math.round(cpu * 1000) / 10, '% of a core'),
    told('forwarded', Math.round(packetsASecond), 'packets/s'),
    told('cost', Math.round((cpu * 1e7) / packetsASecond) / 10, 'µs of worker CPU a packet'),
  ]
  if (people <= base.people) return costs
  const linear = (of: 'cpu' | 'packetsASecond', mine: number) =>
    Math.round((mine / people / (base[of] / base.people)) * 100) / 100
  return [...costs, ...growth(name, linear('cpu', cpu), linear('packetsASecond', packetsASecond))]
}

const growth = (name: string, cpu: number, packets: number): Figure[] =>
  (
    [
      ['CPU', cpu],
      ['packets', packets],
    ] as const
  ).map(([what, value]) => ({
    name: `${name}, ${what} beside linear`,
    value,
    unit: '× that of 10, a person',
    goal: `≤ ${allowed}`,
    ok: value <= allowed,
  }))
