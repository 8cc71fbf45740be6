/**
 * Producers on the routers where they are looked at. One that lives on another worker or node is piped when first
 * taken, held while anybody has it there, and unpiped some seconds after nobody has.
 */
import type { types } from 'mediasoup'
import type { Host } from './host.ts'
import type { Offers, Sent } from './offers.ts'
import { layersOf } from './offers.ts'
import { HostPairs } from './pipe-ends.ts'
import type { Ends, PortRange } from './pipe-ends.ts'
import { unavailable } from './refusals.ts'

interface Pipe {
  readonly sent: Sent
  readonly host: Host
  /** Comes straight from another node, and may be piped on from here. */
  readonly landed: boolean
  holders: number
  closed: boolean
  opening: Promise<Ends>
  ends?: Ends
  idle?: NodeJS.Timeout
}

export interface PipesOptions {
  offers: Offers
  ports: PortRange
  /** Seconds that a pipe stays which nobody holds. */
  idleSeconds: number
  /** A pipe that was in use broke, though its producer lives on. */
  onBroken: (sent: Sent, host: Host) => void
  /** How many layers something of another node has was not known before it was piped. */
  onLayers: (sent: Sent) => void
}

export class Pipes {
  readonly #options: PipesOptions
  readonly #pairs: HostPairs
  readonly #byHost = new Map<Host, Map<string, Pipe>>()
  /** Those that closed while they were being made: the next of that id waits until they are gone. */
  readonly #leaving = new Map<string, Promise<unknown>>()

  constructor(options: PipesOptions) {
    this.#options = options
    this.#pairs = new HostPairs(options.ports)
  }

  /** @see Supply.take */
  async take(producerId: string, host: Host): Promise<types.Producer | undefined> {
    const sent = this.#options.offers.find(producerId)
    if (!sent || host.closed) return undefined
    if ('host' in sent.home && sent.home.host === host) return living(sent.home.producer)
    const pipe = this.#find(producerId, host) ?? this.#open(sent, host)
    try {
      return await this.#hold(pipe)
    } catch (error) {
      if (this.#options.offers.find(producerId) !== sent || host.closed) return undefined
      throw error
    }
  }

  /** @see Supply.release */
  release(producer: types.Producer, host: Host): void {
    const pipe = this.#find(producer.id, host)
    // what was held may have broken since, and another pipe of that id be held by others
    if (pipe?.ends?.producer === producer) this.#letGo(pipe)
  }

  /** Every copy of it that is there now. */
  copies(producerId: string): types.Producer[] {
    return [...this.#byHost.values()].flatMap((pipes) => pipes.get(producerId)?.ends?.producer ?? [])
  }

  get size(): number {
    return [...this.#byHost.values()].reduce((sum, pipes) => sum + pipes.size, 0)
  }

  /** The producer is gone, or cannot be reached any more. */
  withdraw(producerId: string): void {
    for (const pipes of [...this.#byHost.values()]) {
      const pipe = pipes.get(producerId)
      if (pipe) this.#close(pipe)
    }
  }

  close(): void {
    for (const pipes of [...this.#byHost.values()]) for (const pipe of [...pipes.values()]) this.#close(pipe)
  }

  #find(producerId: string, host: Host): Pipe | undefined {
    return this.#byHost.get(host)?.get(producerId)
  }

  async #hold(pipe: Pipe): Promise<types.Producer | undefined> {
    pipe.holders += 1
    clearTimeout(pipe.idle)
    const { producer } = await pipe.opening
    return pipe.closed ? undefined : living(producer)
  }

  #letGo(pipe: Pipe): void {
    if (pipe.closed || pipe.holders === 0) return
    pipe.holders -= 1
    if (pipe.holders > 0) return
    pipe.idle = setTimeout(() => this.#close(pipe), this.#options.idleSeconds * 1_000)
  }

  #open(sent: Sent, host: Host): Pipe {
    const { producerId } = sent.info
    const source = this.#landed(producerId)
    const landed = 'origin' in sent.home && !source
    const before = this.#leaving.get(`${host.id} ${producerId}`)
    const opening = (before ?? Promise.resolve()).then(() => this.#bring(sent, host, source))
    const pipe: Pipe = { sent, host, landed, holders: 0, closed: false, opening }
    const pipes = this.#byHost.get(host) ?? new Map<string, Pipe>()
    this.#byHost.set(host, pipes.set(producerId, pipe))
    opening.then(
      (ends) => this.#opened(pipe, ends),
      () => this.#close(pipe),
    )
    return pipe
  }

  /** source: where it has landed already, when it is of another node. */
  async #bring(sent: Sent, host: Host, source: Pipe | undefined): Promise<Ends> {
    const { home, info } = sent
    if ('host' in home) return await this.#pairs.pipe(home.producer, home.host, host)
    if (!source) return await home.origin.land(info.producerId, host)
    try {
      const landed = await this.#hold(source)
      if (!landed) throw unavailable()
      const ends = await this.#pairs.pipe(landed, source.host, host)
      if (ends.producer.closed) throw unavailable()
      ends.producer.observer.once('close', () => this.#letGo(source))
      return ends
    } catch (error) {
      this.#letGo(source)
      throw error
    }
  }

  #opened(pipe: Pipe, ends: Ends): void {
    if (pipe.closed || ends.producer.closed) {
      ends.close()
      return this.#close(pipe)
    }
    pipe.ends = ends
    this.#learn(pipe.sent, layersOf(ends.producer.rtpParameters))
    ends.producer.observer.once('close', () => {
      if (pipe.closed) return
      this.#close(pipe)
      // a dying worker closes one thing after the other: only afterwards is it known what lives on
      setImmediate(() => this.#tellBroken(pipe))
    })
  }

  #learn(sent: Sent, layers: number): void {
    if (sent.layers === layers) return
    sent.layers = layers
    this.#options.onLayers(sent)
  }

  #tellBroken({ sent, host }: Pipe): void {
    const lives = this.#options.offers.find(sent.info.producerId) === sent
    if (lives && !host.closed) this.#options.onBroken(sent, host)
  }

  #landed(producerId: string): Pipe | undefined {
    for (const pipes of this.#byHost.values()) {
      const pipe = pipes.get(producerId)
      if (pipe?.landed) return pipe
    }
    return undefined
  }

  #close(pipe: Pipe): void {
    if (pipe.closed) return
    pipe.closed = true
    clearTimeout(pipe.idle)
    const { host, ends, opening } = pipe
    const { producerId } = pipe.sent.info
    const pipes = this.#byHost.get(host)
    pipes?.delete(producerId)
    if (pipes?.size === 0) this.#byHost.delete(host)
    if (ends) return ends.close()
    const key = `${host.id} ${producerId}`
    const leaving = opening.then(
      (late) => late.close(),
      () => {},
    )
    this.#leaving.set(key, leaving)
    void leaving.then(() => this.#leaving.get(key) === leaving && this.#leaving.delete(key))
  }
}

const living = (producer: types.Producer) => (producer.closed ? undefined : producer)
