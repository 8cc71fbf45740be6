/** A media node put together from its settings: workers, rooms, and the control channel in front of them. */
import { peerGraceSeconds } from '@peerlearn/contract/sfu'
import { setLogEventListeners } from 'mediasoup'
import type { Config } from './config.ts'
import { Control } from './control.ts'
import { makeHandle } from './handlers.ts'
import type { Logger } from './log.ts'
import { Rooms } from './rooms.ts'
import { Stats } from './stats.ts'
import { Workers } from './workers.ts'

export interface MediaNode {
  /** The control channel's port. */
  port: number
  workers: Workers
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
      announcedAddress: config.MEDIASOUP_ANNOUNCED_ADDRESS,
      workerBin: config.MEDIASOUP_WORKER_BIN,
    },
    log,
  )
  const rooms = new Rooms(workers, graceSeconds, log)
  const control = new Control({
    secret: config.SFU_SECRET,
    nodeId: config.SFU_NODE_ID,
    handle: makeHandle(rooms),
    isReady: () => workers.up > 0,
    onGone: (channel) => rooms.drop(channel),
    log,
  })
  const stats = new Stats(
    workers,
    rooms,
    (data) => control.channels.forEach((channel) => channel.tell('node.stats', data)),
    () => control.channels.size > 0,
  )
  const close = async () => {
    stats.close()
    control.close()
    rooms.closeAll()
    await workers.close()
  }
  try {
    await workers.start()
    return { port: await control.listen(config.SFU_LISTEN), workers, close }
  } catch (error) {
    await close()
    throw error
  }
}
