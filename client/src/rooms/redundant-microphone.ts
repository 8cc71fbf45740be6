/** The microphone once more, in RED: sent while the node asks for it, beside the plain one and as that is. No Svelte. */
import type { types } from 'mediasoup-client'
import type { Socket } from '../lib/socket.ts'
import type { Media } from './media.ts'
import { opusInside, redundantBitrate } from './redundant-sound.ts'

interface Ports {
  media: Pick<Media, 'produce' | 'closed'>
  request: Socket['request']
  /** What mediasoup-client needs to send RED; undefined when this browser can't. */
  codec: () => types.RtpCodecCapability | undefined
  /** To settle once more. */
  again: () => void
  /** Is the way out full? What is sent more would be lost, and take the rest with it. */
  isFull: () => boolean
}

const tryAgainMs = 5_000
/** How often it is asked whether the way is full; the rest that follows when it was, twice as long each time. */
const askMs = 1_000
const rests = { first: 60_000, longest: 600_000 }

export class RedundantMicrophone {
  #ports: Ports
  /** The plain producer of which the node wants it. */
  #wantedOf: string | null = null
  #trying: ReturnType<typeof setTimeout> | undefined
  #sent: { of: string; producer: types.Producer } | null = null
  #asking: ReturnType<typeof setInterval> | undefined
  /** It is wanted, and not sent because the way is full. */
  #isHeld = false
  #restsUntil = 0
  #rest = rests.first

  constructor(ports: Ports) {
    this.#ports = ports
  }

  want(producerId: string, on: boolean): void {
    if (on) this.#wantedOf = producerId
    else if (this.#wantedOf === producerId) this.#wantedOf = null
    clearInterval(this.#asking)
    if (this.#wantedOf) this.#asking = setInterval(() => this.#ask(), askMs)
  }

  /** Makes it so, beside this plain one. What fails is tried again later: the plain one is heard. */
  async settle(plain: types.Producer | undefined): Promise<void> {
    clearTimeout(this.#trying)
    const ofThis = plain && plain.id === this.#wantedOf ? plain : undefined
    this.#isHeld = ofThis !== undefined && this.#mustRest()
    const wanted = this.#isHeld ? undefined : ofThis
    if (this.#sent && this.#sent.of !== wanted?.id) this.#drop(this.#sent.producer)
    if (!wanted) return
    try {
      await (this.#sent ? follow(this.#sent.producer, wanted) : this.#produce(wanted))
    } catch (error) {
      if (!this.#ports.media.closed) console.info('not sent with redundancy', error)
      this.#trying = setTimeout(this.#ports.again, tryAgainMs)
    }
  }

  close(): void {
    clearTimeout(this.#trying)
    clearInterval(this.#asking)
  }

  #ask(): void {
    const mustRest = this.#mustRest()
    if (this.#sent ? mustRest : this.#isHeld && !mustRest) this.#ports.again()
  }

  /** While the way is full, and for a while after it became so with this on it. */
  #mustRest(): boolean {
    const [now, isFull] = [Date.now(), this.#ports.isFull()]
    if (isFull && this.#sent && now >= this.#restsUntil) {
      this.#restsUntil = now + this.#rest
      this.#rest = Math.min(this.#rest * 2, rests.longest)
    }
    return isFull || now < this.#restsUntil
  }

  async #produce(plain: types.Producer): Promise<void> {
    const codec = this.#ports.codec()
    const { track, paused, rtpParameters } = plain
    if (!codec || !track || rtpParameters.codecs[0]?.payloadType !== opusInside) return
    const producer = await this.#ports.media.produce({
      codec,
      encodings: [{ maxBitrate: redundantBitrate, priority: 'high', networkPriority: 'high' }],
      track,
      appData: { source: 'microphone', paused },
    })
    this.#sent = { of: plain.id, producer }
    await follow(producer, plain)
  }

  /** It is sent until the node has heard so, and lets the plain one through: on a bad link that may take seconds. */
  #drop(producer: types.Producer): void {
    this.#sent = null
    this.#ports
      .request('producer.close', { producerId: producer.id })
      .catch(() => undefined) // gone with the plain one
      .finally(() => producer.close())
  }
}

async function follow(producer: types.Producer, { track, paused }: types.Producer): Promise<void> {
  if (producer.track !== track) await producer.replaceTrack({ track })
  if (paused === producer.paused) return
  if (paused) producer.pause()
  else producer.resume()
}
