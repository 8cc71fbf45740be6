/**
 * One probe (contract/probe.ts): a transport for data alone on a router of its own, and the node's part of the talk on
 * it. mediasoup's DirectTransport brings what the device sends into this process, and takes our answers out.
 */
import type { DtlsParameters } from '@peerlearn/contract/media'
import { FillRate, probeLimits, readFrame, writeFrame } from '@peerlearn/contract/probe'
import type { ProbeFrame, ProbeTransport } from '@peerlearn/contract/probe'
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import { ProbeFill } from './probe-fill.ts'
import { fromClient } from './refusals.ts'

/** The data channel that both ends agreed on beforehand. */
const stream = { streamId: 0, ordered: false, maxRetransmits: 0 }
/** Bytes that may wait in the worker for a slow device: a pacer keeps it far below. */
const sctpSendBufferSize = 128 * 1024
const iceConsentTimeout = 5
/** Milliseconds between two words of how fast the device's fill comes. */
const wordEvery = 100

export interface ProbePlace {
  router: types.Router
  server: types.WebRtcServer
}

interface Ends {
  transport: types.WebRtcTransport
  out: types.DataProducer
  /** The same on its way to the device, where what waits is seen. */
  waiting: types.DataConsumer
}

export class Probe {
  readonly #router: types.Router
  readonly #ends: Ends
  readonly #fill: ProbeFill
  readonly #rate = new FillRate()
  readonly #end: NodeJS.Timeout
  #pings = 0
  #bytesUp = 0
  #wordAt = 0

  private constructor(router: types.Router, ends: Ends, heard: types.DataConsumer, share: () => number) {
    this.#router = router
    this.#ends = ends
    this.#fill = new ProbeFill({
      send: () => this.#send({ kind: 'fill' }),
      waiting: () => ends.waiting.getBufferedAmount(),
      share,
    })
    this.#end = setTimeout(() => this.close(), probeLimits.seconds * 1000)
    heard.on('message', (bytes) => this.#hear(bytes))
    router.observer.once('close', () => this.#stop())
    ends.transport.observer.on('dtlsstatechange', (state) => {
      if (state === 'closed' || state === 'failed') this.close()
    })
    ends.transport.observer.on('icestatechange', (state) => {
      if (state === 'disconnected') this.close()
    })
  }

  /** On a router without codecs, which is the probe's own from now on. share: bits a second that a fill may have now. @throws AppError media-unavailable */
  static async open({ router, server }: ProbePlace, share: () => number): Promise<Probe> {
    try {
      const transport = await limited(
        router.createWebRtcTransport({
          webRtcServer: server,
          enableUdp: true,
          enableTcp: true,
          preferUdp: true,
          enableSctp: true,
          maxSendMessageSize: probeLimits.maxMessageBytes,
          maxReceiveMessageSize: probeLimits.maxMessageBytes,
          sctpSendBufferSize,
          iceConsentTimeout,
        }),
      )
      const direct = await limited(router.createDirectTransport())
      const [came, out] = await Promise.all([
        limited(transport.produceData({ sctpStreamParameters: stream })),
        limited(direct.produceData()),
      ])
      const [heard, waiting] = await Promise.all([
        limited(direct.consumeData({ dataProducerId: came.id })),
        limited(transport.consumeData({ dataProducerId: out.id, ordered: false, maxRetransmits: 0 })),
      ])
      return new Probe(router, { transport, out, waiting }, heard, share)
    } catch (error) {
      router.close()
      throw error
    }
  }

  get closed(): boolean {
    return this.#router.closed
  }

  /** What the device needs to reach it. */
  get info(): ProbeTransport {
    const { iceParameters, iceCandidates, dtlsParameters } = this.#ends.transport
    return { iceParameters, iceCandidates, dtlsParameters }
  }

  /** @throws AppError media-refused, media-unavailable */
  async connect(dtlsParameters: DtlsParameters): Promise<void> {
    const { transport } = this.#ends
    await fromClient(transport, transport.connect({ dtlsParameters }))
  }

  /** Runs once it is closed, whatever closed it: itself, its time, its worker's death. */
  onClose(run: () => void): void {
    if (this.closed) return run()
    this.#router.observer.once('close', run)
  }

  close(): void {
    this.#router.close()
  }

  /** Whether it fills the way to the device now. */
  get filling(): boolean {
    return this.#fill.running
  }

  #stop(): void {
    clearTimeout(this.#end)
    this.#fill.stop()
  }

  #hear(bytes: Buffer): void {
    this.#bytesUp += bytes.length
    if (this.#bytesUp > probeLimits.bytesUp) return this.close()
    const frame = readFrame(bytes)
    if (frame?.kind === 'ping') this.#send({ ...frame, heard: ++this.#pings })
    if (frame?.kind === 'start') this.#fill.start(frame.bits)
    if (frame?.kind === 'fill') this.#count(bytes.length)
  }

  #count(bytes: number): void {
    const now = performance.now()
    this.#rate.add(bytes, now)
    if (now - this.#wordAt < wordEvery) return
    this.#wordAt = now
    this.#send({ kind: 'came', bits: this.#rate.bits })
  }

  #send(frame: ProbeFrame): void {
    if (!this.closed && !this.#ends.out.closed) this.#ends.out.send(Buffer.from(writeFrame(frame)))
  }
}
