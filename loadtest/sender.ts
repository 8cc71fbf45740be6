/** Sends recorded media as a browser would: in RTP, a key frame when one is asked for, layers that nobody wants left out. */
import type { Source } from '@peerlearn/contract/media'
import { randomInt } from 'node:crypto'
import { RtcpPayloadSpecificFeedback, RtpHeader } from 'werift'
import { kindOf, parametersFor, senderReport, type Stream } from '../sfu/test/rtp.ts'
import type { WebRtcEnd } from '../sfu/test/webrtc-end.ts'
import { lengthMs, track, type Frame, type Track } from './clip.ts'

/** What a browser fits into one packet. */
const packetBytes = 1_150
const clockRate = { audio: 48_000, video: 90_000 }
const payloadType = { audio: 111, video: 96 }
const reportEveryMs = 1_000

const tracksOf: Record<Source, Track[]> = {
  camera: ['low', 'middle', 'high'],
  screen: ['screen'],
  microphone: ['voice'],
  'screen-audio': ['voice'],
}

/** How much slower than recorded a light sender is: fewer packets, each of usual size. */
const lightSlowness = 2

interface Layer extends Stream {
  frames: Frame[]
  frameMs: number
  /** When the next frame is to be sent. */
  due: number
  next: number
  pictureId: number
  reportedAt: number
}

export class Sender {
  readonly source: Source
  readonly rtpParameters: ReturnType<typeof parametersFor>
  producerId = ''
  /** The largest layer that somebody looks at, as the product tells. */
  wanted = 3
  paused = false
  /** In dB below full scale; what a microphone says of itself. */
  loudness = randomInt(20, 40)
  readonly #end: WebRtcEnd
  readonly #layers: Layer[]

  /** light: the smallest picture alone, and everything slower. */
  constructor(source: Source, end: WebRtcEnd, light = false) {
    this.source = source
    this.#end = end
    const first = randomInt(1, 2 ** 31)
    const tracks = light ? tracksOf[source].slice(0, 1) : tracksOf[source]
    const slowness = light ? lightSlowness : 1
    this.#layers = tracks.map((name, n) => newLayer(track(name), first + n, slowness))
    const ssrcs = this.#layers.map(({ ssrc }) => ssrc)
    this.rtpParameters = parametersFor(source, ssrcs, String(randomInt(1e6)))
    end.onRtcp((packet) => {
      if (packet instanceof RtcpPayloadSpecificFeedback) this.#keyFrame(packet.feedback.mediaSsrc)
    })
  }

  /** Sends what is due by now; to be called often. */
  tick(now = performance.now()): void {
    for (const [n, layer] of this.#layers.entries()) {
      // After a stall of this process what was missed is left out, as by a camera.
      if (now - layer.due > 200) layer.due = now
      for (; layer.due <= now; layer.due += layer.frameMs) this.#sendFrame(layer, n)
    }
  }

  get #kind() {
    return kindOf(this.source)
  }

  #keyFrame(ssrc: number): void {
    for (const layer of this.#layers) if (layer.ssrc === ssrc) layer.next = 0
  }

  #sendFrame(layer: Layer, n: number): void {
    layer.timestamp = (layer.timestamp + (layer.frameMs * clockRate[this.#kind]) / 1000) >>> 0
    if (this.paused || n > this.wanted) return
    const frame = layer.frames[layer.next]!
    layer.next = (layer.next + 1) % layer.frames.length
    if (this.#kind === 'audio') this.#send(layer, frame.data, true)
    else this.#sendPicture(layer, frame.data)
    const now = performance.now()
    if (now - layer.reportedAt < reportEveryMs) return
    layer.reportedAt = now
    void this.#end.dtls.sendRtcp([senderReport(layer)])
  }

  #sendPicture(layer: Layer, data: Buffer): void {
    layer.pictureId = (layer.pictureId + 1) & 0x7fff
    for (let at = 0; at < data.length; at += packetBytes) {
      const descriptor = vp8Descriptor(at === 0, layer.pictureId)
      const payload = Buffer.concat([descriptor, data.subarray(at, at + packetBytes)])
      this.#send(layer, payload, at + packetBytes >= data.length)
    }
  }

  #send(layer: Layer, payload: Buffer, marker: boolean): void {
    layer.sequenceNumber = (layer.sequenceNumber + 1) & 0xffff
    const level = { id: 1, payload: Buffer.from([0x80 | this.loudness]) }
    const header = new RtpHeader({
      ssrc: layer.ssrc,
      sequenceNumber: layer.sequenceNumber,
      timestamp: layer.timestamp,
      payloadType: payloadType[this.#kind],
      marker,
      ...(this.#kind === 'audio' && { extension: true, extensionProfile: 0xbede, extensions: [level] }),
    })
    this.#end.dtls.sendRtp(payload, header).catch(() => undefined) // its transport is gone, and it soon, too
  }
}

const newLayer = (frames: Frame[], ssrc: number, slowness: number): Layer => ({
  frames,
  frameMs: (lengthMs(frames) / frames.length) * slowness,
  due: performance.now() + Math.random() * 100,
  ssrc,
  next: 0,
  sequenceNumber: randomInt(1, 30_000),
  timestamp: 1_000_000,
  pictureId: randomInt(1, 30_000),
  reportedAt: 0,
})

/** With a picture id of 15 bits. @see https://www.rfc-editor.org/rfc/rfc7741#section-4.2 */
const vp8Descriptor = (isFirst: boolean, pictureId: number): Buffer =>
  Buffer.from([isFirst ? 0x90 : 0x80, 0x80, 0x80 | (pictureId >> 8), pictureId & 0xff])

const senders = new Set<Sender>()
let timer: NodeJS.Timeout | undefined

/** One clock for all senders of this process. @returns how to stop this one */
export function keepSending(sender: Sender): () => void {
  senders.add(sender)
  timer ??= setInterval(() => {
    const now = performance.now()
    for (const one of senders) one.tick(now)
  }, 10)
  return () => {
    senders.delete(sender)
    if (senders.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}
