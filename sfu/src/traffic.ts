/** The bits that went through a transport since it was last asked. */
import type { types } from 'mediasoup'
import { limited } from './deadline.ts'

export class Traffic {
  readonly #transport: types.WebRtcTransport
  readonly #counter: 'bytesReceived' | 'bytesSent'
  #last = 0

  constructor(transport: types.WebRtcTransport, counter: 'bytesReceived' | 'bytesSent') {
    this.#transport = transport
    this.#counter = counter
  }

  /** 0 when the transport is gone. */
  async bits(): Promise<number> {
    const stats = await limited(this.#transport.getStats()).catch(() => [])
    const bytes = stats[0]?.[this.#counter] ?? this.#last
    const bits = (bytes - this.#last) * 8
    this.#last = bytes
    return bits
  }
}
