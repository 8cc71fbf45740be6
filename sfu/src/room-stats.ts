/** What a room carries, on each of its workers and in all, and how each of its peers' links is. */
import type { PeerStats, RoomStats } from '@peerlearn/contract/node-stats'
import type { types } from 'mediasoup'
import { Flows, sum } from './flows.ts'
import type { Host } from './host.ts'
import type { Room } from './room.ts'
import { addCounts, noCounts, Traffic } from './traffic.ts'
import type { Counts } from './traffic.ts'
import type { WorkerSlot } from './worker-slot.ts'

export interface RoomMeasure {
  room: Omit<RoomStats, 'cpu'>
  peers: PeerStats[]
  /** Counted since the last measurement. */
  bySlot: Map<WorkerSlot, Counts>
}

export class RoomMeter {
  readonly #room: Room
  readonly #flows = new Flows()
  readonly #pipes = new Map<types.PipeTransport, Traffic>()

  constructor(room: Room) {
    this.#room = room
  }

  /** seconds: since the last call, which its rates are over. */
  async measure(seconds: number): Promise<RoomMeasure> {
    const { id: roomId, peers, media } = this.#room
    await this.#flows.measure(this.#producers())
    const bySlot = new Map<WorkerSlot, Counts>()
    const add = ({ slot }: Host, counts: Counts) =>
      bySlot.set(slot, addCounts(bySlot.get(slot) ?? noCounts, counts))
    const measured = [...peers.values()].map(async ({ host, media, producers }) => {
      if (host?.slot.answers && media) add(host, await media.meter.read(producers, this.#flows))
    })
    const hosts = [...this.#room.hosts.hosts].filter(({ slot }) => slot.answers)
    await Promise.all([...measured, ...hosts.map(async (host) => add(host, await this.#readPipes(host)))])
    const all = [...bySlot.values()].reduce(addCounts, noCounts)
    return {
      bySlot,
      room: {
        roomId,
        peers: peers.size,
        producers: [...peers.values()].reduce((count, peer) => count + peer.producers.length, 0),
        consumers: [...peers.values()].reduce((count, peer) => count + (peer.receiver?.size ?? 0), 0),
        pipes: media.pipes.size,
        ...ratesOf(all, seconds),
      },
      peers: [...peers.values()].flatMap(({ id: peerId, host, media }) =>
        media ? [{ roomId, peerId, worker: host?.slot.pid, ...media.meter.measure }] : [],
      ),
    }
  }

  /** Each once, on this node: the peers' own, and one copy of what comes from elsewhere. */
  #producers(): types.Producer[] {
    const { offers, pipes } = this.#room.media
    return offers.all.flatMap(({ home, info }) => {
      const found = 'producer' in home ? [home] : pipes.copies(info.producerId).slice(0, 1)
      return found.map((one) => ('producer' in one ? one.producer : one)).filter(({ closed }) => !closed)
    })
  }

  async #readPipes(host: Host): Promise<Counts> {
    for (const transport of this.#pipes.keys()) if (transport.closed) this.#pipes.delete(transport)
    const like = sum(this.#room.media.offers.all.map(({ info }) => this.#flows.of(info.producerId)))
    const reading = [...host.pipeTransports].map((transport) => {
      const traffic = this.#pipes.get(transport) ?? new Traffic(transport)
      this.#pipes.set(transport, traffic)
      return traffic.read(like, like)
    })
    return (await Promise.all(reading)).reduce(addCounts, noCounts)
  }
}

/** A second. */
export const ratesOf = ({ bytesIn, bytesOut, packetsIn, packetsOut }: Counts, seconds: number) => ({
  bitsIn: Math.round((bytesIn * 8) / seconds),
  bitsOut: Math.round((bytesOut * 8) / seconds),
  packetsIn: Math.round(packetsIn / seconds),
  packetsOut: Math.round(packetsOut / seconds),
})
