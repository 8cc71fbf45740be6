/** Well-formed data for every message. One that is missing here does not compile. */
import type { ClientInput, ClientMethod } from '@peerlearn/contract/client-channel'
import { newId } from '../src/db.ts'

const mediaId = 'a-transport'
const rtpParameters = { codecs: [{ mimeType: 'audio/opus', payloadType: 100, clockRate: 48_000 }] }
const coming = { rtpCapabilities: {}, view: { videos: 9 } }
const fingerprints = [{ algorithm: 'sha-256' as const, value: 'AA:BB' }]

export const messageSamples = (sessionId: string): { [M in ClientMethod]: ClientInput<M> } => ({
  'socket.ticket': {},
  'room.prepare': { sessionId },
  'room.join': { sessionId, ...coming },
  'media.rejoin': coming,
  'media.move': coming,
  'media.moved': {},
  'room.leave': {},
  'room.end': {},
  'hand.raise': {},
  'hand.lower': {},
  'chat.send': { text: 'hello', clientId: newId() },
  'peer.mute': { userId: newId() },
  'stage.invite': { userId: newId() },
  'stage.leave': {},
  'peer.remove': { userId: newId() },
  'transport.connect': { transportId: mediaId, dtlsParameters: { fingerprints } },
  'transport.restart-ice': { transportId: mediaId },
  'producer.create': { transportId: mediaId, kind: 'audio', source: 'microphone', rtpParameters },
  'producer.pause': { producerId: mediaId },
  'producer.resume': { producerId: mediaId },
  'producer.close': { producerId: mediaId },
  'consumer.resume': { consumerIds: [mediaId] },
  'view.set': { tiles: [] },
  'receive.set': { mode: 'saver', budgetBytes: null },
  'link.report': { way: 'udp', rttMs: 40, lossDown: 0, concealed: 0, steps: [] },
  'probe.open': { way: 'udp' },
  'probe.connect': { probeId: newId(), dtlsParameters: { fingerprints } },
  'probe.close': { probeId: newId() },
  'admin.watch': {},
  'admin.unwatch': {},
})
