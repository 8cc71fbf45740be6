/** Every two seconds, to every server: what the workers, rooms and peers of this node carry. Nobody there, nothing measured. */
import { readFile } from 'node:fs/promises'
import type { NodeInfo, RoomStats, WorkerStats } from '@peerlearn/contract/node-stats'
import type { NoticeData } from './channel.ts'
import type { RoomMeasure } from './room-stats.ts'
import { ratesOf } from './room-stats.ts'
import type { Rooms } from './rooms.ts'
import { addCounts, noCounts } from './traffic.ts'
import type { Counts } from './traffic.ts'
import type { WorkerSlot } from './worker-slot.ts'
import type { Workers } from './workers.ts'

const interval = 2_000

export interface StatsOptions {
  workers: Workers
  rooms: Rooms
  node: () => NodeInfo
  tell: (stats: NoticeData<'node.stats'>) => void
  hasListeners: () => boolean
}

export class Stats {
  readonly #options: StatsOptions
  readonly #timer: NodeJS.Timeout
  #busy = false
  #last = performance.now()
  #newest: NoticeData<'node.stats'> | undefined

  constructor(options: StatsOptions) {
    this.#options = options
    this.#timer = setInterval(() => void this.#measure(), interval)
  }

  /** At once, with what was measured last: the node itself has changed. */
  tellNode(): void {
    const { node, tell } = this.#options
    const newest = this.#newest ?? { workers: [], rooms: [], peers: [] }
    tell({ ...newest, node: node() })
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #measure(): Promise<void> {
    const { rooms, node, tell, hasListeners } = this.#options
    if (this.#busy || !hasListeners()) return
    this.#busy = true
    try {
      const now = performance.now()
      const seconds = (now - this.#last) / 1_000
      this.#last = now
      const measures = await rooms.measure(seconds)
      const bySlot = totals(measures)
      const workers = await Promise.all(
        this.#options.workers.slots.map((slot) => workerStats(slot, bySlot.get(slot) ?? noCounts, seconds)),
      )
      this.#newest = {
        node: node(),
        workers: workers.filter((worker) => worker !== undefined),
        rooms: measures.map((measure) => roomStats(measure, bySlot)),
        peers: measures.flatMap(({ peers }) => peers),
      }
      tell(this.#newest)
    } finally {
      this.#busy = false
    }
  }
}

/** What each worker carries, of all rooms. */
function totals(measures: RoomMeasure[]): Map<WorkerSlot, Counts> {
  const all = new Map<WorkerSlot, Counts>()
  for (const { bySlot } of measures)
    for (const [slot, counts] of bySlot) all.set(slot, addCounts(all.get(slot) ?? noCounts, counts))
  return all
}

/** Its part of each worker's CPU is its part of that worker's packets. */
function roomStats({ room, bySlot }: RoomMeasure, ofWorkers: Map<WorkerSlot, Counts>): RoomStats {
  let cpu = 0
  for (const [slot, counts] of bySlot) {
    const all = ofWorkers.get(slot) ?? noCounts
    const packets = counts.packetsIn + counts.packetsOut
    if (packets > 0) cpu += (slot.cpu * packets) / (all.packetsIn + all.packetsOut)
  }
  return { ...room, cpu }
}

async function workerStats(
  slot: WorkerSlot,
  counts: Counts,
  seconds: number,
): Promise<WorkerStats | undefined> {
  const { pid, rooms, transports, producers, consumers, pipes } = slot
  if (pid === undefined) return undefined
  return {
    pid,
    cpu: slot.cpuLately(),
    memoryBytes: await memoryOf(pid),
    rooms,
    transports,
    producers,
    consumers,
    pipes,
    ...ratesOf(counts, seconds),
  }
}

const pageBytes = 4_096

/** Resident bytes; 0 when the process is gone. @see https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html */
async function memoryOf(pid: number): Promise<number> {
  const statm = await readFile(`/proc/${pid}/statm`, 'utf8').catch(() => '')
  return Number(statm.split(' ')[1] ?? 0) * pageBytes
}
