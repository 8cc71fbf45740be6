/**
 * Sends no layer that nobody looks at: the encoder of a camera that is on no screen stops. Set straight at the sender,
 * without an offer and answer.
 */
import type { types } from 'mediasoup-client'

/** Which encodings go out when this is the largest layer wanted; -1: none. One encoding with layers inside is all or none. */
export const activeEncodings = (count: number, layer: number): boolean[] =>
  Array.from({ length: count }, (_, index) => (count === 1 ? layer >= 0 : index <= layer))

export class LayerLimit {
  /** As told; also before its producer is known here. */
  #wanted = new Map<string, number>()
  #running = new Map<string, Promise<void>>()

  /** The server's word on one of our producers. */
  want(producerId: string, layer: number, producer: types.Producer | undefined): void {
    this.#wanted.set(producerId, layer)
    if (producer) this.apply(producer)
  }

  /** Makes a producer so; when it is new, and after its track changed. */
  apply(producer: types.Producer): void {
    if (producer.kind !== 'video' || !this.#wanted.has(producer.id)) return
    // One after another: parameters that were read before another change are refused.
    const before = this.#running.get(producer.id) ?? Promise.resolve()
    const run = before.then(() => this.#set(producer)).catch(() => undefined) // closed meanwhile
    this.#running.set(producer.id, run)
  }

  forget(producerId: string): void {
    this.#wanted.delete(producerId)
    this.#running.delete(producerId)
  }

  async #set(producer: types.Producer): Promise<void> {
    const layer = this.#wanted.get(producer.id)
    const sender = producer.rtpSender
    if (layer === undefined || !sender || producer.closed) return
    const parameters = sender.getParameters()
    const active = activeEncodings(parameters.encodings.length, layer)
    if (parameters.encodings.every((encoding, index) => encoding.active === active[index])) return
    parameters.encodings.forEach((encoding, index) => (encoding.active = active[index] ?? true))
    await sender.setParameters(parameters)
  }
}
