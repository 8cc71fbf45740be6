// Tries a media worker for real: it starts, makes a router and takes a producer. A worker of another version than the
// npm package starts too, and fails only at the producer. Usage: node try.mjs WORKER (Node 22 or newer)
import { createWorker } from 'mediasoup'

const opus = {
  kind: 'audio',
  mimeType: 'audio/opus',
  clockRate: 48000,
  channels: 2,
  preferredPayloadType: 100,
}

async function tryWorker(workerBin) {
  const worker = await createWorker({ workerBin, logLevel: 'none' })
  const router = await worker.createRouter({ mediaCodecs: [opus] })
  const transport = await router.createDirectTransport()
  const { kind, preferredPayloadType: payloadType, ...codec } = opus
  await transport.produce({
    kind,
    rtpParameters: { codecs: [{ ...codec, payloadType }], encodings: [{ ssrc: 1111 }] },
  })
  worker.close()
}

const limit = setTimeout(() => {
  console.error('it does not answer')
  process.exit(1)
}, 10_000)

try {
  await tryWorker(process.argv[2])
  clearTimeout(limit)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
