/** Probes of signed-in people (contract/probe.ts): one of each way a person, counted, and gone with their socket. */
import { AppError } from '@peerlearn/contract/errors'
import type { probeMessages, ProbeWay } from '@peerlearn/contract/probe'
import { newId } from '../db.ts'
import type { Limits } from '../rate-limit.ts'
import type { SfuNode } from '../sfu/sfu-client.ts'
import type { SfuPool } from '../sfu/sfu-pool.ts'
import { mediaUnavailable } from '../sfu/requests.ts'
import type { ClientSocket, MessageHandlers } from '../sockets.ts'

interface Held {
  probeId: string
  node: SfuNode
  socket: ClientSocket
}

interface ProbeDeps {
  pool: Pick<SfuPool, 'choose' | 'ready'>
  limits: Pick<Limits, 'count'>
}

export function createProbes({ pool, limits }: ProbeDeps): MessageHandlers<keyof typeof probeMessages> {
  /** person and way → their probe here. */
  const held = new Map<string, Held>()
  const watched = new WeakSet<ClientSocket>()
  const keyOf = (socket: ClientSocket, way: ProbeWay) => `${socket.who.userId} ${way}`
  const own = (socket: ClientSocket, probeId: string) =>
    [...held].find(([, one]) => one.probeId === probeId && one.socket === socket)

  const end = (key: string, { node, probeId }: Held) => {
    if (held.get(key)?.probeId === probeId) held.delete(key)
    // A node that is away has closed it by itself.
    if (node.up) node.request('probe.close', { probeId }).catch(() => undefined)
  }

  const endWith = (socket: ClientSocket) => {
    if (watched.has(socket)) return
    watched.add(socket)
    socket.onClose(() => {
      for (const [key, probe] of [...held]) if (probe.socket === socket) end(key, probe)
    })
  }

  return {
    'probe.open': async ({ socket, who, data: { way } }) => {
      await limits.count('probe', who.userId)
      const node = pool.choose()
      if (!node) throw pool.ready() ? busy() : mediaUnavailable()
      const key = keyOf(socket, way)
      const earlier = held.get(key)
      if (earlier) end(key, earlier)
      const probe: Held = { probeId: newId(), node, socket }
      held.set(key, probe)
      endWith(socket)
      const transport = await node
        .request('probe.open', { probeId: probe.probeId })
        .catch((error: unknown) => {
          end(key, probe)
          throw error
        })
      return { probeId: probe.probeId, transport }
    },
    'probe.connect': async ({ socket, data: { probeId, dtlsParameters } }) => {
      const found = own(socket, probeId)
      if (!found) throw new AppError('not-found', 'There is no such check any more.')
      return await found[1].node.request('probe.connect', { probeId, dtlsParameters })
    },
    'probe.close': ({ socket, data: { probeId } }) => {
      const found = own(socket, probeId)
      if (found) end(...found)
      return Promise.resolve({})
    },
  }
}

const busy = () => new AppError('media-full', 'Many people are connecting just now. Try again in a moment.')
