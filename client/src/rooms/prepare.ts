/** What the green room must know before the click on Join, asked for until the server and a media node are there. */
import type { ClientOutput } from '@peerlearn/contract/client-channel'
import type { Socket } from '../lib/socket.ts'
import type { MediaDevice } from './media-device.ts'
import { againMs, isPassing } from './passing.ts'
import { refusalOf } from './refusals.ts'

export type Prepared = ClientOutput<'room.prepare'>

/** So often the green room waits for a media node, or the database, that is just being replaced. */
const mostTries = 15

/** Also loads the device. Null when it does not go on. @throws the refusal, or what the device can't do */
export async function prepareRoom(
  socket: Pick<Socket, 'opened' | 'request'>,
  sessionId: string,
  device: MediaDevice,
  goesOn: () => boolean,
): Promise<Prepared | null> {
  for (let tries = 0; goesOn(); tries++) {
    try {
      await socket.opened()
      const prepared = await socket.request('room.prepare', { sessionId })
      await device.load(prepared.rtpCapabilities)
      return prepared
    } catch (error) {
      const { code } = refusalOf(error)
      if (code === 'offline' || code === 'timeout') continue
      if (!isPassing(error) || tries >= mostTries) throw error
      await new Promise((done) => setTimeout(done, againMs))
    }
  }
  return null
}
