/** What an admin sees of the rooms live now, from what the media nodes measure. */
import type { Live } from '@peerlearn/contract/admin'
import type { Logger } from 'pino'
import type { Db } from '../db.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import type { ClientSocket, MessageHandlers } from '../sockets.ts'
import { findTitles } from './queries.ts'

export interface LiveView {
  live(): Promise<Live>
  handlers: MessageHandlers<'admin.watch' | 'admin.unwatch'>
  close(): void
}

/** Watchers are told every two seconds; without one nothing is asked or told. */
export function createLiveView(db: Db, pool: SfuPool, log: Logger, everyMs = 2_000): LiveView {
  const watchers = new Set<ClientSocket>()
  const live = () => findLive(db, pool)
  const tellWatchers = async () => {
    if (watchers.size === 0) return
    const now = await live()
    // Asked again each time: a socket outlives its person's role.
    for (const socket of watchers) if (socket.who.role === 'admin') socket.tell('admin.live', now)
  }
  const timer = setInterval(() => {
    tellWatchers().catch((err: unknown) => log.warn({ err }, 'the live view could not be told'))
  }, everyMs)
  return {
    live,
    handlers: {
      'admin.watch': async ({ socket }) => {
        watchers.add(socket)
        socket.onClose(() => watchers.delete(socket))
        return live()
      },
      'admin.unwatch': ({ socket }) => {
        watchers.delete(socket)
        return Promise.resolve({})
      },
    },
    close: () => clearInterval(timer),
  }
}

async function findLive(db: Db, { nodes }: SfuPool): Promise<Live> {
  const measured = nodes.flatMap(({ nodeId, stats }) =>
    (stats?.rooms ?? []).map((room) => ({ nodeId, ...room })),
  )
  const titles = await findTitles(
    db,
    measured.map((room) => room.roomId),
  )
  return {
    at: new Date().toISOString(),
    nodes: nodes.map(({ nodeId, up, stats }) => ({ nodeId, up, workers: stats?.workers ?? [] })),
    rooms: measured.flatMap(({ roomId, peers, ...room }) => {
      const names = titles.get(roomId)
      return names ? [{ sessionId: roomId, people: peers, ...names, ...room }] : []
    }),
  }
}
