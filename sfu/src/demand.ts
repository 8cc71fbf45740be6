/**
 * The largest layer that anybody looks at, per producer: told to the publisher, who need not send what nobody sees. Up
 * at once, down only when it has stayed so: scrolling makes nobody's camera stop and start.
 */

/** Milliseconds that less must be wanted before it is told, and for a new producer that nobody looks at yet. */
const downAfter = 3_000
const firstAfter = 5_000

interface Wanted {
  readonly by: Map<string, number>
  readonly since: number
  /** What was told last; Infinity: nothing, and the publisher sends everything. */
  told: number
  lowering: NodeJS.Timeout | undefined
}

export class Demand {
  readonly #producers = new Map<string, Wanted>()
  readonly #tell: (producerId: string, layer: number) => void

  /** `tell`: -1 when nobody looks. */
  constructor(tell: (producerId: string, layer: number) => void) {
    this.#tell = tell
  }

  /** Somebody here sends a video now: told -1 after some seconds if nobody looks by then. */
  open(producerId: string): void {
    if (!this.#producers.has(producerId)) this.#consider(producerId, this.#add(producerId, Infinity))
  }

  /**
   * by: a peer id, or `node <pipeId>`. null: does not look. One that was never opened is another node's, where we want
   * nothing until somebody here looks: the first look is told at once.
   */
  want(producerId: string, by: string, layer: number | null): void {
    const wanted = this.#producers.get(producerId) ?? (layer === null ? undefined : this.#add(producerId, -1))
    if (!wanted) return
    if (layer === null || layer < 0) wanted.by.delete(by)
    else wanted.by.set(by, layer)
    this.#consider(producerId, wanted)
  }

  /** The producer has closed. */
  forget(producerId: string): void {
    clearTimeout(this.#producers.get(producerId)?.lowering)
    this.#producers.delete(producerId)
  }

  /** That peer or node has gone. */
  forgetBy(by: string): void {
    for (const [producerId, wanted] of this.#producers)
      if (wanted.by.delete(by)) this.#consider(producerId, wanted)
  }

  close(): void {
    for (const producerId of [...this.#producers.keys()]) this.forget(producerId)
  }

  /** What its publisher was told last; undefined: nothing yet. */
  toldOf(producerId: string): number | undefined {
    const told = this.#producers.get(producerId)?.told
    return told === Infinity ? undefined : told
  }

  #add(producerId: string, told: number): Wanted {
    const wanted: Wanted = { by: new Map(), since: performance.now(), told, lowering: undefined }
    this.#producers.set(producerId, wanted)
    return wanted
  }

  #consider(producerId: string, wanted: Wanted): void {
    const layer = largest(wanted)
    if (layer >= wanted.told) {
      clearTimeout(wanted.lowering)
      wanted.lowering = undefined
      if (layer > wanted.told) this.#say(producerId, wanted)
    } else wanted.lowering ??= setTimeout(() => this.#lower(producerId, wanted), downAfter)
  }

  #lower(producerId: string, wanted: Wanted): void {
    wanted.lowering = undefined
    const young = firstAfter - (performance.now() - wanted.since)
    if (largest(wanted) === -1 && young > 0)
      wanted.lowering = setTimeout(() => this.#lower(producerId, wanted), young)
    else this.#say(producerId, wanted)
  }

  #say(producerId: string, wanted: Wanted): void {
    wanted.told = largest(wanted)
    this.#tell(producerId, wanted.told)
  }
}

const largest = ({ by }: Wanted) => Math.max(-1, ...by.values())
