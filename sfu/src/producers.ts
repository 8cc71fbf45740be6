/** What a peer sends: its producers, within its limits, on its send transport. */
import { AppError } from '@peerlearn/contract/errors'
import { hasRedundancy, redundantOf } from '@peerlearn/contract/media'
import type { ProducerInfo, RtpParameters, Source } from '@peerlearn/contract/media'
import { parseScalabilityMode } from 'mediasoup'
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'
import { follow } from './pipe-ends.ts'
import { isRedundant } from './redundancy.ts'
import { fromClient, unavailable } from './refusals.ts'

// a type and not an interface: mediasoup's AppData wants an index signature
type Sent = { peerId: string; source: Source }
export type Producer = types.Producer<Sent>

export interface ProducerWish {
  kind: types.MediaKind
  source: Source
  rtpParameters: RtpParameters
  paused: boolean
}

/**
 * Milliseconds between two key frames that are asked for: each is a burst for everybody, so that a learner who changes layers
 * all the time, or thirty who come at once, make the picture of all others worse. A screen's also needs time to be repaired.
 */
const keyFrames = { camera: 500, screen: 2_000 }

export type ProducerLimits = Record<types.MediaKind, number>

const kindOf: Record<Source, types.MediaKind> = {
  microphone: 'audio',
  'screen-audio': 'audio',
  camera: 'video',
  screen: 'video',
}

export class Producers {
  readonly #peerId: string
  #limits: ProducerLimits
  readonly #transport: types.WebRtcTransport
  readonly #byId = new Map<string, Producer>()

  constructor(peerId: string, limits: ProducerLimits, transport: types.WebRtcTransport) {
    this.#peerId = peerId
    this.#limits = limits
    this.#transport = transport
  }

  /** Without what repeats one of them. */
  get list(): Producer[] {
    return this.all.filter(({ id }) => !isRedundant(id))
  }

  get all(): Producer[] {
    return [...this.#byId.values()]
  }

  /** @throws AppError limit-reached, media-refused, media-unavailable */
  async create(wish: ProducerWish): Promise<Producer> {
    if (hasRedundancy(wish.rtpParameters)) return await this.#repeat(wish)
    this.#requireRoom(wish)
    requireFewLayers(wish.rtpParameters)
    return await this.#produce(wish)
  }

  /** Its microphone once more, in RED: it is paused and closed with it. */
  async #repeat(wish: ProducerWish): Promise<Producer> {
    const plain = this.list.find(({ appData }) => appData.source === 'microphone')
    if (!plain || wish.source !== 'microphone' || wish.kind !== 'audio')
      throw new AppError('media-refused', 'Only an open microphone is sent with redundancy.')
    const id = redundantOf(plain.id)
    // a client that did not hear our answer asks again
    this.#byId.get(id)?.close()
    const producer = await this.#produce({ ...wish, paused: plain.paused }, id)
    if (plain.closed) {
      producer.close()
      throw unavailable()
    }
    follow(producer, plain.paused)
    goWith(plain, producer)
    return producer
  }

  async #produce({ kind, source, rtpParameters, paused }: ProducerWish, id?: string): Promise<Producer> {
    const options: types.ProducerOptions<Sent> = {
      kind,
      // The contract leaves URIs and parameters open: mediasoup itself judges them, and refuses by throwing.
      rtpParameters: rtpParameters as types.RtpParameters,
      paused,
      appData: { peerId: this.#peerId, source },
      ...(id !== undefined && { id }),
      ...(kind === 'video' && {
        keyFrameRequestDelay: source === 'screen' ? keyFrames.screen : keyFrames.camera,
      }),
    }
    const producer = await fromClient(this.#transport, this.#transport.produce(options), (late) =>
      late.close(),
    )
    this.#byId.set(producer.id, producer)
    producer.observer.once('close', () => this.#byId.delete(producer.id))
    return producer
  }

  /** From now on no more than this; the newest beyond it are closed. */
  setLimits(limits: ProducerLimits): void {
    this.#limits = limits
    for (const kind of ['audio', 'video'] as const) {
      const beyond = this.#sourcesOf(kind).slice(limits[kind])
      for (const producer of this.list) if (beyond.includes(producer.appData.source)) producer.close()
    }
  }

  /** Pauses or resumes; false when it was so already. @throws AppError not-found */
  async setPaused(producerId: string, paused: boolean): Promise<boolean> {
    const producer = this.get(producerId)
    if (producer.paused === paused) return false
    await limited(paused ? producer.pause() : producer.resume())
    return true
  }

  /** @throws AppError not-found */
  get(producerId: string): Producer {
    const producer = this.#byId.get(producerId)
    if (!producer) throw new AppError('not-found', 'There is no such producer.')
    return producer
  }

  #requireRoom({ kind, source, rtpParameters }: ProducerWish): void {
    if (kindOf[source] !== kind) throw new AppError('media-refused', `A ${source} is not ${kind}.`)
    const same = this.list.filter(({ appData }) => appData.source === source)
    // In another codec it comes before the earlier one goes, so that viewers change over without a gap.
    const isRecoded = same.length === 1 && same.every((one) => codecOf(one) !== codecOf({ rtpParameters }))
    if (same.length > 0 && !isRecoded)
      throw new AppError('limit-reached', `This ${source} is already being sent.`)
    const others = this.#sourcesOf(kind).filter((other) => other !== source)
    if (others.length >= this.#limits[kind])
      throw new AppError('limit-reached', `No more ${kind} may be sent.`)
  }

  /** In the order in which they began. */
  #sourcesOf(kind: types.MediaKind): Source[] {
    const sent = this.list.filter((producer) => producer.kind === kind)
    return [...new Set(sent.map(({ appData }) => appData.source))]
  }
}

const codecOf = ({ rtpParameters }: { rtpParameters: { codecs: { mimeType: string }[] } }) =>
  rtpParameters.codecs[0]?.mimeType.toLowerCase()

/** Both are paused and closed together, until the other ends: it may come and go many times in a class. */
function goWith(plain: Producer, other: Producer): void {
  const pause = () => follow(other, true)
  const resume = () => follow(other, false)
  const close = () => other.close()
  plain.observer.on('pause', pause).on('resume', resume).once('close', close)
  other.observer.once('close', () =>
    plain.observer.off('pause', pause).off('resume', resume).off('close', close),
  )
}

/** Of each kind; mediasoup itself would make ninety-nine. */
const mostLayers = 3

/** Layers are streams of simulcast or those of SVC within one, and not both. @throws AppError media-refused */
function requireFewLayers({ encodings = [] }: RtpParameters): void {
  for (const { scalabilityMode } of encodings) {
    const { spatialLayers, temporalLayers } = parseScalabilityMode(scalabilityMode)
    const isSimple = encodings.length === 1 || spatialLayers === 1
    if (!isSimple || spatialLayers > mostLayers || temporalLayers > mostLayers)
      throw new AppError('media-refused', 'So many layers are not accepted.')
  }
}

export const producerInfo = (producer: Producer): ProducerInfo => ({
  producerId: producer.id,
  peerId: producer.appData.peerId,
  kind: producer.kind,
  source: producer.appData.source,
  paused: producer.paused,
})
