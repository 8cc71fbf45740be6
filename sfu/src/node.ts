/** A media node put together from its settings: workers, rooms, and the control channel in front of them. */
import { hostname } from 'node:os'
import type { NodeInfo } from '@peerlearn/contract/node-stats'
import { peerGraceSeconds } from '@peerlearn/contract/sfu'
import { setLogEventListeners } from 'mediasoup'
import type { Config } from './config.ts'
import { Control } from './control.ts'
import { makeHandle } from './handlers.ts'
import { Links } from './links.ts'
import type { Logger } from './log.ts'
import { Probes } from './probes.ts'
import { Registry } from './registry.ts'
import { Rooms } from './rooms.ts'
import { Stats } from './stats.ts'
import { Workers } from './workers.ts'

export interface MediaNode {
  /** The control channel's port. */
  port: number
  nodeId: string
  workers: Workers
  rooms: Rooms
  /** Takes no new rooms from now on, or takes them again; tells it, and the deadline, to everybody at once. */
  drain(draining: boolean, seconds?: number): void
  close(): Promise<void>
}

/** @throws when a worker does not start or a port is taken */
export async function startNode(
  config: Config,
  log: Logger,
  graceSeconds = peerGraceSeconds,
): Promise<MediaNode> {
  setLogEventListeners({
    onwarn: (place, text) => log.debug({ place }, text),
    onerror: (place, text, error) => log.error({ place, err: error }, text),
  })
  const workers = new Workers(
    {
      count: config.SFU_WORKERS,
      minPort: config.RTC_MIN_PORT,
      limits: {
        consumers: config.SFU_MAX_CONSUMERS,
        peers: config.SFU_MAX_PEERS,
        cpu: config.SFU_MAX_CPU,
      },
      announcedAddress: config.MEDIASOUP_ANNOUNCED_ADDRESS,
      workerBin: config.MEDIASOUP_WORKER_BIN,
    },
    log,
  )
  const links = new Links(config.SFU_SECRET, log)
  const rooms = new Rooms(
    workers,
    links,
    {
      graceSeconds,
      maxRooms: config.SFU_MAX_ROOMS,
      pipeIdleSeconds: config.SFU_PIPE_IDLE_SECONDS,
      sentLoudest: config.SFU_MAX_VOICES,
      pipes: config.pipes,
    },
    log,
  )
  const probes = new Probes(workers)
  let until: string | null = null
  const drain = (draining: boolean, seconds = config.SFU_EMPTY_SECONDS) => {
    rooms.draining = draining
    until = draining ? new Date(Date.now() + seconds * 1_000).toISOString() : null
    stats.tellNode()
    void registry?.tell()
  }
  const control = new Control({
    secret: config.SFU_SECRET,
    nodeId: config.SFU_NODE_ID,
    handle: makeHandle(rooms, probes, { nodeId: config.SFU_NODE_ID, drain }),
    isReady: () => workers.up > 0,
    onGone: (channel) => {
      rooms.drop(channel)
      probes.drop(channel)
    },
    log,
  })
  let port = config.SFU_LISTEN.port
  const node = (): NodeInfo => ({
    nodeId: config.SFU_NODE_ID,
    url: config.SFU_URL ?? urlOf(config.SFU_LISTEN.host, port),
    region: config.SFU_REGION,
    draining: rooms.draining,
    until,
    load: workers.load,
  })
  const stats = new Stats({
    workers,
    rooms,
    node,
    tell: (data) => control.channels.forEach((channel) => channel.tell('node.stats', data)),
    hasListeners: () => control.channels.size > 0,
  })
  let registry: Registry | undefined
  const close = async () => {
    stats.close()
    const left = registry?.close()
    control.close()
    rooms.closeAll()
    links.close()
    probes.closeAll()
    await Promise.all([left, workers.close()])
  }
  try {
    await workers.start()
    port = await control.listen(config.SFU_LISTEN)
    if (config.REDIS_URL) registry = new Registry(config.REDIS_URL, node, log)
    return { port, nodeId: config.SFU_NODE_ID, workers, rooms, drain, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A node that listens everywhere is reached by its machine's name. */
function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host
  return `ws://${name.includes(':') ? `[${name}]` : name}:${port}`
}
