/** A class in which everybody sends: a mentor with camera, screen and voice, and three learners; and what a viewer gets. */
import type { ReceiveMode, Source } from '@peerlearn/contract/media'
import { startTestNode } from './media-node.ts'
import { openRoom } from './open-room.ts'
import type { Participant } from './participant.ts'
import { until } from './until.ts'

/** 50 packets a second: an Opus voice at 32 kbit/s, and the layers of a camera and a screen. */
const voice = { bytes: 80 }
const camera = { layers: 3, bytes: [150, 600, 1_100] }
const screen = { layers: 2, bytes: [120, 1_000] }

export async function openFullClass() {
  const node = await startTestNode()
  const { join, close: closeRoom } = await openRoom(node)
  const sent: Partial<Record<Source, string>>[] = []
  const mentor = await join({ mentor: true, videos: 0 })
  const ofMentor = {
    camera: await mentor.publish('camera', camera),
    screen: await mentor.publish('screen', screen),
    microphone: await mentor.publish('microphone', voice),
  }
  sent.push(ofMentor)
  for (let n = 0; n < 3; n++) {
    const learner = await join({ videos: 0 })
    sent.push({
      camera: await learner.publish('camera', camera),
      microphone: await learner.publish('microphone', { ...voice, loudness: 30 + n }),
    })
  }
  /** Somebody with everybody's pictures on their screen, for whom everything that was wished has begun to flow. */
  const viewer = async (mode: ReceiveMode, maxBitrate: number | null = null) => {
    const viewer = await join({ receive: { mode, maxBitrate } })
    await viewer.follow()
    const tiles = sent.flatMap(({ screen, camera }) => [screen, camera])
    await viewer.show(...tiles.flatMap((id): [string, number][] => (id ? [[id, 720]] : [])))
    await until('the mentor is heard', () => viewer.packets(ofMentor.microphone) > 50)
    return viewer
  }
  const close = async () => {
    await closeRoom()
    await node.close()
  }
  return { ofMentor, viewer, close }
}

/** The producers that flow to somebody now. */
export async function flowing(viewer: Participant): Promise<string[]> {
  const counts = () => new Map([...viewer.consumers.values()].map((c) => [c.producerId, viewer.packets(c)]))
  const before = counts()
  await viewer.down.rate(1)
  return [...counts()].filter(([id, count]) => count > (before.get(id) ?? 0) + 10).map(([id]) => id)
}
