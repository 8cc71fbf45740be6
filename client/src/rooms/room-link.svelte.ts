/** What is known of links: how mine carries, what it costs, how it recovers; and the mentor's view of every learner's. */
import { SvelteMap } from 'svelte/reactivity'
import type { LearnerLink, Receiving } from '@peerlearn/contract/links'
import type { VideoCodec } from '@peerlearn/contract/media'
import type { MediaLink } from './media.ts'
import type { MeterReading } from './meter.ts'
import type { RecoveryState } from './recovery.ts'
import type { Joined } from './seat.ts'

export class RoomLink {
  media = $state<MediaLink>('connecting')
  meter = $state.raw<MeterReading>({ bytes: 0, perHour: 0 })
  recovery = $state.raw<RecoveryState | null>(null)
  receiving = $state.raw<Receiving | null>(null)
  codecs = $state.raw<readonly VideoCodec[]>([])
  #learners = new SvelteMap<string, LearnerLink>()
  /** Bytes of this class that this page did not count itself: of other devices, and before it came. */
  #before = 0

  /** Bytes that this person's class took: as the server says, and what was counted here since. */
  get usedBytes(): number {
    return Math.max(this.receiving?.usedBytes ?? 0, this.#before + this.meter.bytes)
  }

  /** User id → link; empty for everybody but the mentor. */
  get learners(): ReadonlyMap<string, LearnerLink> {
    return this.#learners
  }

  /** Puts the answer to joining in place of everything known before. */
  join({ receiving, codecs, links }: Joined): void {
    this.#before = Math.max(this.#before, receiving.usedBytes - this.meter.bytes)
    this.receiving = receiving
    this.codecs = codecs
    this.#learners.clear()
    for (const link of links) this.setLearner(link)
  }

  setLearner(link: LearnerLink): void {
    this.#learners.set(link.userId, link)
  }
}
