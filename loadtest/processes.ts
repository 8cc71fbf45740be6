/** What the product's processes on this machine use, as the operating system counts it. */
import { readdirSync, readFileSync } from 'node:fs'

/** Parts of the product by their command lines. */
const parts: Record<string, string> = {
  server: 'server/src/main.ts',
  sfu: 'sfu/src/main.ts',
  worker: 'mediasoup-worker',
  coturn: 'turnserver',
  postgres: 'postgres',
  redis: 'redis-server',
}
const ticksASecond = 100 // of /proc on Linux, whatever the kernel's own

interface Reading {
  pid: number
  part: string
  cpuMs: number
  memoryBytes: number
}

/** cpu: share of one core. Postgres is many processes; it is told as one. */
export interface Use {
  name: string
  cpu: number
  memoryBytes: number
}

/** Watches these processes from now on; `found` names them anew, for some are replaced meanwhile. */
export function watchProcesses(found: () => { pid: number; part: string }[]): () => Use[] {
  const before = new Map(found().map((one) => [one.pid, read(one)]))
  const began = performance.now()
  return () => {
    const ms = performance.now() - began
    const uses = new Map<string, Use>()
    for (const { pid, part, cpuMs, memoryBytes } of found().map(read)) {
      const name = part === 'worker' ? `worker ${pid}` : part
      const use = uses.get(name) ?? { name, cpu: 0, memoryBytes: 0 }
      use.cpu += (cpuMs - (before.get(pid)?.cpuMs ?? 0)) / ms
      use.memoryBytes += memoryBytes
      uses.set(name, use)
    }
    return [...uses.values()]
  }
}

/** All processes of a product here; `isIts` says which are, as several may run on one machine. */
export function findProcesses(isIts: (pid: number) => boolean): { pid: number; part: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((name) => {
    const pid = Number(name)
    const words = text(pid, 'cmdline')
    const [part] = Object.entries(parts).find(([, word]) => words.includes(word)) ?? []
    return part && isIts(pid) ? [{ pid, part }] : []
  })
}

/** CPU of one process so far. */
export const cpuMsOf = (pid: number): number => read({ pid, part: '' }).cpuMs

function read({ pid, part }: { pid: number; part: string }): Reading {
  const stat = text(pid, 'stat')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(text(pid, 'status'))?.[1] ?? 0)
  return { pid, part, cpuMs: (ticks * 1000) / ticksASecond, memoryBytes: kilobytes * 1024 }
}

function text(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // it ended while we looked
  }
}
