import { beforeAll, describe, expect, test } from 'vitest'
import { join, newClass, refusal, send, until, type Seated } from './factories-rooms.ts'
import { startServer, type Person, type TestServer } from './harness.ts'
import { startSfu } from './real-sfu.ts'

let server: TestServer
let mentor: Person, asha: Person, bela: Person

beforeAll(async () => {
  const sfu = await startSfu()
  server = await startServer({ env: { SFU_URLS: sfu.url } })
  mentor = await server.person({ roles: ['mentor'], name: 'Mira' })
  asha = await server.person({ name: 'Asha' })
  bela = await server.person({ name: 'Bela' })
})

async function aLecture() {
  const sessionId = await newClass(server.db, mentor, [asha, bela], { staged: true, capacity: 60 })
  const teaching = await join(server, mentor, sessionId)
  const learning = await join(server, asha, sessionId)
  const on = () => teaching.socket.request('stage.invite', { userId: asha.userId })
  const off = () => teaching.socket.request('stage.leave', { userId: asha.userId })
  return { sessionId, teaching, learning, on, off }
}
const speak = ({ socket, joined }: Seated) => send(socket, joined.media!.send.id, 'microphone')

describe('on a real media node', () => {
  test('who comes off the stage is heard no more, and may speak again when brought back', async () => {
    const { teaching, learning, on, off } = await aLecture()
    for (let round = 0; round < 3; round++) {
      await on()
      const producerId = await speak(learning)
      await teaching.socket.heard('producer.opened', (p) => p.producerId === producerId)
      await off()
      await teaching.socket.heard('producer.closed', (p) => p.producerId === producerId)
      await expect(speak(learning)).rejects.toThrow('not-on-stage')
    }
  })

  test('nobody keeps sending who is taken off in the moment in which they begin', async () => {
    const { sessionId, learning, on, off } = await aLecture()
    for (let round = 0; round < 20; round++) {
      await on()
      const codes = [undefined, 'not-on-stage', 'limit-reached']
      const wish = {
        transportId: learning.joined.media!.send.id,
        kind: 'audio',
        source: 'microphone',
      } as const
      const rtpParameters = {
        codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc: 5_000_000 + round }],
        mid: `r${round}`,
      }
      const [code] = await Promise.all([
        refusal(learning.socket, 'producer.create', { ...wish, rtpParameters }),
        off(),
      ])
      expect(codes).toContain(code)
    }
    const sent = async () => (await join(server, bela, sessionId)).joined.producers.length
    await until('nothing of theirs is left', async () => (await sent()) === 0)
  })
})
