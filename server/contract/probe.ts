/**
 * A probe: a short-lived path between a device and a media node, in no room, that carries one data channel. It shows
 * which ways reach the node, and how fast, far and lossy they are.
 *
 * The channel is negotiated by hand (stream 0, unordered, nothing is sent again), so that what the network loses is lost
 * here too. On it: pings, that the node sends back; `start`, after which the node fills the way down for two seconds;
 * and the device's own fill of the way up, of which the node tells all along how fast it comes.
 */
import { z } from 'zod'
import { id, nothing } from './base.ts'
import type { Message } from './channel.ts'
import { dtlsParameters, transportInfo } from './media.ts'
import type { MessageAccess } from './rooms.ts'

/** How the device is to reach the node: it takes only the node's candidates of that kind, or only relayed ones. */
export const probeWay = z.enum(['udp', 'tcp', 'turn'])
export type ProbeWay = z.infer<typeof probeWay>

export const probeTransport = transportInfo.omit({ id: true })
export type ProbeTransport = z.infer<typeof probeTransport>

interface ProbeMessage extends Message {
  access: MessageAccess
}
const message = <const M extends ProbeMessage>(declared: M): M => declared
const ofProbe = z.strictObject({ probeId: id })

export const probeMessages = {
  /**
   * One of each way a person: an earlier one is closed. It lives for `probeLimits.seconds` at most and ends with its
   * socket. Refused with `too-many-requests`, and with `media-full` while too many check at once.
   */
  'probe.open': message({
    access: 'signed-in',
    input: z.strictObject({ way: probeWay }),
    output: ofProbe.extend({ transport: probeTransport }),
  }),
  /** Of this socket's own probe; else `not-found`. */
  'probe.connect': message({
    access: 'signed-in',
    input: ofProbe.extend({ dtlsParameters }),
    output: nothing,
  }),
  'probe.close': message({ access: 'signed-in', input: ofProbe, output: nothing }),
}

/** What a probe may take at most; the node keeps to it whatever the device does. */
export const probeLimits = {
  seconds: 15,
  /** Milliseconds of fill in one direction. */
  fillMs: 2_000,
  /** Bits a second of fill: enough for every class, and little enough to be gentle. */
  fillBits: 12_000_000,
  /** Bytes that the node takes from a device before it closes the probe. */
  bytesUp: 8_000_000,
  /** Bytes of one message of fill: it fits one packet. */
  fillBytes: 1_100,
  maxMessageBytes: 1_200,
} as const

const kinds = { ping: 0, fill: 1, start: 2, came: 3 } as const

export type ProbeFrame =
  /** `heard`: how many pings the node had heard when it sent this one back; 0 on the way to it. */
  | { kind: 'ping'; number: number; heard: number }
  | { kind: 'fill' }
  /** bits: a second, as many as the device wants at most. */
  | { kind: 'start'; bits: number }
  /** From the node: how fast the fill came so far. */
  | { kind: 'came'; bits: number }

/** Little, so that many of them fit a thin link. */
const pingBytes = 24

/** A frame as the channel carries it: a byte of kind, then 32 bit numbers. */
export function writeFrame(frame: ProbeFrame): Uint8Array<ArrayBuffer> {
  const size = { ping: pingBytes, fill: probeLimits.fillBytes, start: 5, came: 5 }[frame.kind]
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, kinds[frame.kind])
  if (frame.kind === 'came' || frame.kind === 'start') view.setUint32(1, frame.bits)
  if (frame.kind === 'ping') {
    view.setUint32(1, frame.number)
    view.setUint32(5, frame.heard)
  }
  return bytes
}

/** The frame in these bytes; undefined when there is none that we know. */
export function readFrame(bytes: Uint8Array): ProbeFrame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kind = bytes[0]
  if (kind === kinds.fill) return { kind: 'fill' }
  if (kind === kinds.start && bytes.length === 5) return { kind: 'start', bits: view.getUint32(1) }
  if (kind === kinds.ping && bytes.length === pingBytes)
    return { kind: 'ping', number: view.getUint32(1), heard: view.getUint32(5) }
  if (kind === kinds.came && bytes.length === 5) return { kind: 'came', bits: view.getUint32(1) }
  return undefined
}

/** Milliseconds of the stretch that counts: long enough for a thin link, and short beside the whole fill. */
const stretchMs = 400

/**
 * How fast a fill comes: the best stretch of it. While a link is full, what comes is what it can carry; before that the
 * fill still grows, and after the first losses congestion control holds it back for longer than it lasts.
 */
export class FillRate {
  #best = 0
  #all = 0
  /** What came, oldest first, with all bytes up to and with it; the stretch begins at `from`. */
  #came: { at: number; all: number }[] = []
  #from = 0

  add(bytes: number, now: number): void {
    this.#all += bytes
    this.#came.push({ at: now, all: this.#all })
    // The shortest stretch up to now that is long enough.
    while (now - (this.#came[this.#from + 1]?.at ?? now) >= stretchMs) this.#from++
    const from = this.#came[this.#from]
    if (from && now - from.at >= stretchMs)
      this.#best = Math.max(this.#best, ((this.#all - from.all) * 8000) / (now - from.at))
  }

  /** 0 until anything came. Of less than a stretch it is a careful guess. */
  get bits(): number {
    return Math.round(this.#best || (this.#all * 8000) / probeLimits.fillMs)
  }
}

/** Bits a second of a fill at its age: it doubles, so that a thin link is not drowned before it is known to be thin. */
export const growingFill = (ms: number): number => Math.min(probeLimits.fillBits, 256_000 * 2 ** (ms / 200))
