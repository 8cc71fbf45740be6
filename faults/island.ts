/**
 * A host of its own on this machine (a network namespace), joined to it by one cable that can be cut: packets are lost both
 * ways and nobody is told, as by a switch that dies. Needs root, iproute2 and nftables.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../client/e2e/product.ts'

export interface Island {
  /** Of its namespace, and its address there. */
  name: string
  address: string
  /** This machine's address on the cable. */
  outside: string
  /** What listens on this port of our loopback is reached at the island's own. */
  lend(port: number): Promise<void>
  cut(): void
  mend(): void
  close(): Promise<void>
}

const prefix = 'plisle-'
const run = (command: string, input?: string) =>
  execFileSync('sh', ['-c', command], { input, stdio: ['pipe', 'pipe', 'pipe'] }).toString()

/** Those of tests that died without a word are removed before. */
export function makeIsland(): Island {
  removeOrphans()
  const name = `${prefix}${process.pid}`
  const [outside, address] = ['10.215.7.1', '10.215.7.2']
  const [ours, theirs] = [`pli${process.pid}`, 'cable']
  const forwarders: ChildProcess[] = []
  const remove = () => removeIsland(name)
  process.once('exit', remove)
  try {
    run(`ip netns add ${name} && ip -n ${name} link set lo up`)
    run(`ip link add ${ours} type veth peer name ${theirs} netns ${name}`)
    run(`ip addr add ${outside}/30 dev ${ours} && ip link set ${ours} up`)
    run(`ip -n ${name} addr add ${address}/30 dev ${theirs} && ip -n ${name} link set ${theirs} up`)
  } catch (error) {
    remove()
    throw new Error('this machine can not make network namespaces (as root, with iproute2)', { cause: error })
  }
  const wall = (rules: string) =>
    run(`ip netns exec ${name} nft -f -`, `table inet cut\ndelete table inet cut\n${rules}`)
  const chain = (hook: string, way: string) =>
    `chain ${hook} { type filter hook ${hook} priority 0; ${way} "${theirs}" drop; }`
  return {
    name,
    address,
    outside,
    lend: async (port) => {
      const between = await freePort()
      forwarders.push(
        await forward([], `${outside}:${between}`, `127.0.0.1:${port}`),
        await forward(['ip', 'netns', 'exec', name], `127.0.0.1:${port}`, `${outside}:${between}`),
      )
    },
    cut: () => wall(`table inet cut {\n ${chain('input', 'iifname')}\n ${chain('output', 'oifname')}\n}\n`),
    mend: () => wall(''),
    close: async () => {
      for (const child of forwarders) await ended(child)
      remove()
      process.off('exit', remove)
    },
  }
}

/** Hands every connection on from one place to the other, in a process of its own. */
async function forward(inside: string[], from: string, to: string): Promise<ChildProcess> {
  const [command, ...args] = [...inside, process.execPath, join(import.meta.dirname, 'forward.ts'), from, to]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  process.once('exit', () => child.kill('SIGKILL'))
  const gone = once(child, 'exit').then(() => {
    throw new Error(`nothing can listen at ${from}`)
  })
  await Promise.race([once(child.stdout, 'data'), gone])
  return child
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** With all who live there: as long as one does, it goes on without a name, and its cable with it. */
function removeIsland(name: string): void {
  run(`ip netns pids ${name} 2>/dev/null | xargs -r kill -9; ip netns del ${name} 2>/dev/null || true`)
}

function removeOrphans(): void {
  const names = existsSync('/run/netns') ? readdirSync('/run/netns') : []
  for (const name of names.filter((n) => n.startsWith(prefix)))
    if (!existsSync(`/proc/${name.slice(prefix.length)}`)) removeIsland(name)
}
