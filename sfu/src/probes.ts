/** The probes that are open on this node: how many, whose, and what they may take together. */
import type { DtlsParameters } from '@peerlearn/contract/media'
import { AppError } from '@peerlearn/contract/errors'
import { probeLimits } from '@peerlearn/contract/probe'
import type { ProbeTransport } from '@peerlearn/contract/probe'
import type { Channel } from './channel.ts'
import { Probe } from './probe.ts'
import type { Workers } from './workers.ts'

/** At once on a node; a check opens up to three, for a few seconds. */
const maxProbes = 60
/** Bits a second that all fills together may take from the classes on this node. */
const fillBitsTogether = 60_000_000

interface Held {
  probe: Probe
  channel: Channel
}

export class Probes {
  readonly #workers: Workers
  readonly #open = new Map<string, Held>()
  #opening = 0

  constructor(workers: Workers) {
    this.#workers = workers
  }

  get size(): number {
    return this.#open.size
  }

  /** @throws AppError media-full, media-unavailable */
  async open(probeId: string, channel: Channel): Promise<ProbeTransport> {
    if (this.#open.has(probeId)) throw new AppError('bad-input', 'This probe is open already.')
    const probe = await this.#make()
    if (channel.closed) {
      probe.close()
      throw new AppError('peer-lost', 'This server has gone.')
    }
    this.#open.set(probeId, { probe, channel })
    probe.onClose(() => this.#open.delete(probeId))
    return probe.info
  }

  /** Of this channel's own. @throws AppError not-found */
  async connect(probeId: string, channel: Channel, dtlsParameters: DtlsParameters): Promise<void> {
    const held = this.#open.get(probeId)
    if (held?.channel !== channel) throw new AppError('not-found', 'There is no such probe.')
    await held.probe.connect(dtlsParameters)
  }

  close(probeId: string, channel: Channel): void {
    const held = this.#open.get(probeId)
    if (held?.channel === channel) held.probe.close()
  }

  /** This channel is gone, and with it everything of its own. */
  drop(channel: Channel): void {
    for (const held of [...this.#open.values()]) if (held.channel === channel) held.probe.close()
  }

  closeAll(): void {
    for (const { probe } of [...this.#open.values()]) probe.close()
  }

  async #make(): Promise<Probe> {
    // Where no worker has room for a class, none is taken by a check.
    const slot = this.#workers.emptiest()
    if (!slot || this.#open.size + this.#opening >= maxProbes)
      throw new AppError('media-full', 'Many people are connecting just now. Try again in a moment.')
    this.#opening += 1
    try {
      return await Probe.open(await slot.createRouter([]), () => this.#share())
    } finally {
      this.#opening -= 1
    }
  }

  #share(): number {
    const filling = [...this.#open.values()].filter(({ probe }) => probe.filling).length
    return Math.min(probeLimits.fillBits, fillBitsTogether / Math.max(1, filling))
  }
}
