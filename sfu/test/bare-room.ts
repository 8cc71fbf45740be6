/** A room made with mediasoup's own calls and nothing of ours: what our cost is measured against. */
import { randomInt } from 'node:crypto'
import type { Source } from '@peerlearn/contract/media'
import { createWorker } from 'mediasoup'
import type { types } from 'mediasoup'
import { mediaCodecs } from '../src/codecs.ts'
import { kindOf, parametersFor, rtpCapabilities } from './rtp.ts'
import { WebRtcEnd } from './webrtc-end.ts'

/** One publisher of these sources (their ssrcs), and as many receivers that take everything as are asked for. */
export async function openBareRoom(sources: Partial<Record<Source, number[]>>) {
  const { worker, connect } = await startWorker()
  const publishing = await connect()
  const producers: types.Producer[] = []
  for (const [source, ssrcs] of Object.entries(sources) as [Source, number[]][])
    // keys of the record above
    producers.push(
      await publishing.transport.produce({
        kind: kindOf(source),
        // made for the contract, whose types are wider than mediasoup's
        rtpParameters: parametersFor(source, ssrcs, source) as types.RtpParameters,
      }),
    )
  const receiving: WebRtcEnd[] = []
  const addReceiver = async (): Promise<WebRtcEnd> => {
    const { transport, end } = await connect()
    receiving.push(end)
    for (const { id: producerId } of producers)
      await transport.consume({ producerId, rtpCapabilities: rtpCapabilities as types.RtpCapabilities })
    return end
  }
  const cpuTime = async () => {
    const { ru_utime, ru_stime } = await worker.getResourceUsage()
    return ru_utime + ru_stime
  }
  const close = async () => {
    await Promise.all([publishing.end, ...receiving].map((end) => end.close()))
    worker.close()
  }
  return { publisher: publishing.end, addReceiver, cpuTime, close }
}

async function startWorker() {
  const workerBin = process.env.MEDIASOUP_WORKER_BIN
  const worker = await createWorker({ logLevel: 'error', ...(workerBin && { workerBin }) })
  const at = { ip: '127.0.0.1', port: randomInt(30_000, 32_000) }
  const webRtcServer = await worker.createWebRtcServer({
    listenInfos: [
      { ...at, protocol: 'udp' },
      { ...at, protocol: 'tcp' },
    ],
  })
  const router = await worker.createRouter({ mediaCodecs })
  const connect = async () => {
    const transport = await router.createWebRtcTransport({ webRtcServer })
    const end = await WebRtcEnd.connect(transport, (dtlsParameters) => transport.connect({ dtlsParameters }))
    return { transport, end }
  }
  return { worker, connect }
}
