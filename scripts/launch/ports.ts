import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { Refusal } from '../setup/refusal.mjs'

/** The ports of one copy besides its own: on loopback for the inner processes, on all addresses for media. */
export interface Ports {
  /** The server's, behind the development server; otherwise PORT itself. */
  server: number
  postgres: number
  sandbox: number
  sfu: number
  /** The first of one a worker, UDP and TCP. */
  rtc: number
  turn: number
  /** The first of TURN_RELAYS for UDP relays. */
  relay: number
}

export const TURN_RELAYS = 200

/** How many media workers there are, each with a port of its own. */
export const workerCount = (env: NodeJS.ProcessEnv): number =>
  Number(env['SFU_WORKERS']) || availableParallelism()

/**
 * Finds free ports. Those that phones and firewalls see begin at a place that follows from PORT, so that a copy keeps
 * them from start to start and two copies started in the same moment do not reach for the same.
 */
export async function choosePorts(port: number, dev: boolean, env: NodeJS.ProcessEnv): Promise<Ports> {
  const slot = (((port - 3000) % 500) + 500) % 500
  const workers = workerCount(env)
  const [server, postgres, sandbox, sfu] = await freeLoopbackPorts()
  return {
    server: dev ? server : port,
    postgres,
    sandbox,
    sfu,
    rtc:
      Number(env['RTC_MIN_PORT']) || (await freeBlock(40_000, 48_000, slot * Math.max(8, workers), workers)),
    turn: await freeBlock(3478, 3978, slot, 1),
    relay: 49_152 + (slot % 80) * TURN_RELAYS,
  }
}

/** Held open together, so that they are four different ones. */
async function freeLoopbackPorts(): Promise<[number, number, number, number]> {
  const servers = [createServer(), createServer(), createServer(), createServer()] as const
  const open = (server: (typeof servers)[number]) =>
    new Promise<number>((resolve, reject) => {
      server.once('error', reject)
      server.listen(0, '127.0.0.1', () => {
        const address = server.address()
        resolve(typeof address === 'object' && address ? address.port : 0)
      })
    })
  const ports = await Promise.all([open(servers[0]), open(servers[1]), open(servers[2]), open(servers[3])])
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  return ports
}

/** The first of `count` ports in a row that are free for UDP and TCP, searched from `offset` around the whole range. */
async function freeBlock(from: number, to: number, offset: number, count: number): Promise<number> {
  const range = to - from
  for (let step = 0; step + count <= range; step += count) {
    const first = from + ((offset + step) % (range - count + 1))
    const free = await Promise.all(Array.from({ length: count }, (_, i) => isFree(first + i)))
    if (free.every(Boolean)) return first
  }
  throw new Refusal(`No ${count} free ports between ${from} and ${to}.`)
}

async function isFree(port: number): Promise<boolean> {
  return (await udpIsFree(port)) && (await tcpIsFree(port))
}

function udpIsFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createSocket('udp4')
    socket.once('error', () => done(false))
    socket.bind(port, () => socket.close(() => done(true)))
  })
}

function tcpIsFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen(port, '0.0.0.0', () => server.close(() => done(true)))
  })
}
