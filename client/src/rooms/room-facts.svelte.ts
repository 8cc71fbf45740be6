/** What is known of a room: the fold of its events, who sends what, what arrives here. State only; it asks nobody. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity'
import type { Connection, ConsumerInfo, ProducerInfo } from '@peerlearn/contract/media'
import { emptyRoom, fold, maySend } from '@peerlearn/contract/room-state'
import type { RoomEvent, RoomState } from '@peerlearn/contract/room-state'
import type { Incoming } from './media.ts'
import type { Joined } from './seat.ts'
import { shownOf, slotOf } from './shown.ts'

export class RoomFacts {
  #state: RoomState
  #peerId = $state<string | null>(null)
  #producers = new SvelteMap<string, ProducerInfo>()
  #incoming = new SvelteMap<string, Incoming>()
  /** Consumers that came beside an earlier one of the same source and carry something. */
  #flowing = new SvelteSet<string>()
  #connections = new SvelteMap<string, Connection>()
  #speakers = $state.raw<string[]>([])

  #shown = $derived(shownOf(this.#incoming.values(), this.#producers.values(), this.#flowing))

  constructor(sessionId: string) {
    this.#state = $state.raw(emptyRoom(sessionId))
  }

  get state(): RoomState {
    return this.#state
  }

  /** This page's own peer. */
  get peerId(): string | null {
    return this.#peerId
  }

  get producers(): ProducerInfo[] {
    return [...this.#producers.values()]
  }

  get incoming(): Incoming[] {
    return [...this.#incoming.values()]
  }

  /** Slot of person and source → what is shown and heard there: of two that carry the same, one. */
  get shown(): ReadonlyMap<string, Incoming> {
    return this.#shown
  }

  /** What is heard: one of each source of sound. */
  get sounds(): Incoming[] {
    return [...this.#shown.values()].filter(({ info }) => info.kind === 'audio')
  }

  /** The room has a stage: only the mentor and those on it send. */
  get staged(): boolean {
    return this.#state.stage !== null
  }

  /** On stage; in a room without one everybody is. */
  onStage(userId: string): boolean {
    return maySend(this.#state, userId)
  }

  get connections(): ReadonlyMap<string, Connection> {
    return this.#connections
  }

  /** Peer ids of those who speak, loudest first. */
  get speakers(): string[] {
    return this.#speakers
  }

  nameOf(userId: string): string {
    return this.#state.people.find((person) => person.userId === userId)?.name ?? 'Somebody'
  }

  nameOfPeer(peerId: string): string {
    return this.#state.people.find((person) => person.peerId === peerId)?.name ?? 'Somebody'
  }

  /** Puts the answer to joining in place of everything known before. */
  join({ peerId, state, producers, connections }: Joined): void {
    this.#peerId = peerId
    this.#state = state
    this.#speakers = []
    this.#connections.clear()
    for (const [peer, connection] of Object.entries(connections)) this.#connections.set(peer, connection)
    this.setProducers(producers)
  }

  /** Folds an event in. False when one before it was missed: the room must be asked for again. */
  fold(event: RoomEvent): boolean {
    if (event.seq > this.#state.seq + 1) return false
    this.#state = fold(this.#state, event)
    return true
  }

  setProducers(producers: ProducerInfo[]): void {
    this.#producers.clear()
    for (const producer of producers) this.addProducer(producer)
  }

  addProducer(producer: ProducerInfo): void {
    this.#producers.set(producer.producerId, producer)
  }

  removeProducer(producerId: string): void {
    this.#producers.delete(producerId)
  }

  setPaused(producerId: string, paused: boolean): void {
    const producer = this.#producers.get(producerId)
    if (producer) this.#producers.set(producerId, { ...producer, paused })
  }

  addIncoming(incoming: Incoming): void {
    this.#incoming.set(incoming.info.consumerId, incoming)
  }

  removeIncoming(consumerId: string): void {
    this.#incoming.delete(consumerId)
    this.#flowing.delete(consumerId)
  }

  /** How much a picture is wanted among equally large ones: a screen (0), the mentor, who speaks, everybody else. */
  rankOf(producerId: string): number {
    const producer = this.#producers.get(producerId)
    if (!producer || producer.source === 'screen') return producer ? 0 : 3
    if (this.#state.people.some((p) => p.peerId === producer.peerId && p.role === 'mentor')) return 1
    return this.#speakers.includes(producer.peerId) ? 2 : 3
  }

  /** Does the same source of the same person arrive already? */
  hasRival(info: ConsumerInfo): boolean {
    return this.incoming.some(
      (other) =>
        other.track && other.info.consumerId !== info.consumerId && slotOf(other.info) === slotOf(info),
    )
  }

  setFlowing(consumerId: string): void {
    if (this.#incoming.has(consumerId)) this.#flowing.add(consumerId)
  }

  setConnection(peerId: string, connection: Connection): void {
    this.#connections.set(peerId, connection)
  }

  setSpeakers(peerIds: string[]): void {
    this.#speakers = peerIds
  }

  /** Consumers whose producer is gone. */
  get stale(): string[] {
    return this.incoming
      .filter(({ info }) => !this.#producers.has(info.producerId))
      .map(({ info }) => info.consumerId)
  }

  /** Whether a picture that is asked for does not arrive: something was missed. What is not asked for may be missing. */
  incomplete(wants: (producerId: string) => boolean): boolean {
    const arriving = this.incoming.filter(({ track }) => track).map(({ info }) => info.producerId)
    return this.producers.some(
      (p) =>
        p.peerId !== this.#peerId &&
        p.kind === 'video' &&
        !p.paused &&
        wants(p.producerId) &&
        !arriving.includes(p.producerId),
    )
  }
}
