/** One product on several media nodes: the launcher's, and more that register themselves in the same Redis. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { adminRoutes } from '@peerlearn/contract/admin'
import { until } from '../client/e2e/person.ts'
import { freePort, isBelow, type Product } from '../client/e2e/product.ts'
import { adminOf } from '../loadtest/accounts.ts'
import { call } from '../loadtest/api.ts'
import { findProcesses } from '../loadtest/processes.ts'
import type { Island } from './island.ts'

export interface ExtraNode {
  nodeId: string
  pid: number
  /** Its mediasoup workers. */
  workers: () => number[]
  /** SIGTERM: it drains first; resolves when it has ended. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

const root = join(import.meta.dirname, '..')
let next = 0

/** Another node on this machine, or on an island of its own. Resolves when the servers see it. */
export async function addNode(product: Product, redisUrl: string, where?: Island): Promise<ExtraNode> {
  // Written by the launcher, for this user alone.
  const secrets = JSON.parse(readFileSync(join(product.dataDir, 'secrets.json'), 'utf8')) as {
    SFU_SECRET: string
  }
  const nodeId = `extra-${process.pid}-${++next}`
  const listen = `${where?.address ?? '127.0.0.1'}:${await freePort()}`
  const [command, prefix] = where
    ? ['ip', ['netns', 'exec', where.name, process.execPath]]
    : [process.execPath, []]
  const child = spawn(command, [...prefix, '--disable-warning=ExperimentalWarning', 'sfu/src/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: 'development',
      SFU_SECRET: secrets.SFU_SECRET,
      SFU_NODE_ID: nodeId,
      SFU_LISTEN: listen,
      SFU_WORKERS: '1',
      RTC_MIN_PORT: String(36_000 + 8 * ((process.pid + next * 7) % 400)),
      REDIS_URL: redisUrl,
      ...(where && { SFU_PIPE_ADDRESS: where.address }),
      LOG_LEVEL: 'warn',
    },
    stdio: 'ignore',
  })
  const pid = child.pid!
  process.once('exit', () => child.kill('SIGKILL'))
  const node: ExtraNode = {
    nodeId,
    pid,
    workers: () => findProcesses((one) => isBelow(one, pid)).map((found) => found.pid),
    stop: (signal = 'SIGTERM') => ended(child, signal),
  }
  try {
    await until(`node ${nodeId} is seen`, async () =>
      (await nodesOf(product)).some((n) => n.nodeId === nodeId && n.up),
    )
    return node
  } catch (error) {
    await node.stop('SIGKILL')
    throw error
  }
}

/** Asked at most this often: one address has a hundred requests a minute. */
const betweenMs = 1_000
let askedAt = 0

async function live({ url, demo }: Product) {
  await sleep(Math.max(0, askedAt + betweenMs - Date.now()))
  askedAt = Date.now()
  const token = await adminToken(url, demo)
  return (await call(url, adminRoutes.overview, { token })).live
}

/** What an admin sees of the nodes. */
export const nodesOf = async (product: Product) => (await live(product)).nodes

/** The nodes that have people of this room. */
export const livesOn = async (product: Product, sessionId: string): Promise<string[]> =>
  (await live(product)).rooms.find((room) => room.sessionId === sessionId)?.nodeIds ?? []

export async function drain({ url, demo }: Product, nodeId: string, draining = true): Promise<void> {
  const token = await adminToken(url, demo)
  await call(url, draining ? adminRoutes.drain : adminRoutes.undrain, { params: { id: nodeId }, token })
}

const adminToken = (url: string, { admin }: Product['demo']): Promise<string> => adminOf(url, admin).token()

async function ended(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}
