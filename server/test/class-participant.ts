/** Somebody in a class by way of the server, with real media: the page's socket, and the browser's ends of its transports. */
import { rtpCapabilities } from '../../sfu/test/rtp.ts'
import { Participant } from '../../sfu/test/participant.ts'
import type { ServerEnd, Told } from '../../sfu/test/server-end.ts'
import type { ClientMethod } from '@peerlearn/contract/client-channel'
import type { TestSocket } from './harness.ts'

export interface InClass {
  participant: Participant
  socket: TestSocket
  peerId: string
}

/** Joins over this socket; what a participant asks of the node, the server asks in its place. */
export async function joinWithMedia(socket: TestSocket, sessionId: string, mentor = false): Promise<InClass> {
  let present = ''
  let peerId = ''
  const onTold = new Set<(told: Told) => void>()
  const ask = async (method: string, data: Record<string, unknown>): Promise<unknown> => {
    if (method === 'room.attach') return {}
    if (method === 'peer.create') {
      present = String(data.peerId)
      const joined = await socket.request('room.join', { sessionId, rtpCapabilities, view: { videos: 9 } })
      peerId = joined.peerId
      return joined.media
    }
    const { roomId: _, peerId: __, ...own } = data
    return socket.request(method as ClientMethod, own) // as the participant would ask the node
  }
  socket.ws.on('message', (raw: Buffer) => {
    const { event, data } = JSON.parse(raw.toString()) as { event?: string; data?: object }
    if (event !== 'consumer.opened' && event !== 'consumer.closed') return
    const told = event === 'consumer.opened' ? { to: present, consumer: data } : { to: present, ...data }
    for (const hear of onTold) hear({ event, data: told })
  })
  const server = { ask, told: [], onTold } as unknown as ServerEnd // all that a participant uses of it
  const participant = await Participant.join(server, sessionId, { mentor })
  return { participant, socket, peerId }
}
