/** What is known of a room: the fold of its events, who sends what, what arrives here. State only; it asks nobody. */
import { SvelteMap } from 'svelte/reactivity'
import type { Connection, ProducerInfo } from '@peerlearn/contract/media'
import { emptyRoom, fold } from '@peerlearn/contract/room-state'
import type { RoomEvent, RoomState } from '@peerlearn/contract/room-state'
import type { Incoming } from './media.ts'
import type { Joined } from './seat.ts'

export class RoomFacts {
  #state: RoomState
  #peerId = $state<string | null>(null)
  #producers = new SvelteMap<string, ProducerInfo>()
  #incoming = new SvelteMap<string, Incoming>()
  #connections = new SvelteMap<string, Connection>()
  #speakers = $state.raw<string[]>([])

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
  }

  clearIncoming(): void {
    this.#incoming.clear()
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

  /** Whether somebody sends something that does not arrive here. */
  get incomplete(): boolean {
    const arriving = this.incoming.filter(({ track }) => track).map(({ info }) => info.producerId)
    return this.producers.some((p) => p.peerId !== this.#peerId && !arriving.includes(p.producerId))
  }
}
