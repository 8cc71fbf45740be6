/**
 * The ticket for the next socket, asked for over the present one: after a blackout nothing has to be fetched before it is
 * dialled. In memory alone, and of the person whose socket it was.
 */
interface Given {
  ticket: string
  /** How long it lives. */
  seconds: number
}

/** It is not used in its last seconds: it could run out on the way. */
const marginMs = 10_000
/** The server could not give one. */
const againMs = 15_000

export class ReconnectTicket {
  #ask: () => Promise<Given>
  #ticket: string | undefined
  #goodUntil = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** Grows with everything that makes an answer under way void. */
  #turn = 0

  constructor(ask: () => Promise<Given>) {
    this.#ask = ask
  }

  /** One that is good now. A try that nobody answered did not use it up. */
  get now(): string | undefined {
    return Date.now() < this.#goodUntil ? this.#ticket : undefined
  }

  /** Asks for one now and for the next in time, until it rests. */
  renew(): void {
    this.rest()
    void this.#renew(this.#turn)
  }

  /** There is nobody to ask; the one at hand stays good. */
  rest(): void {
    this.#turn++
    clearTimeout(this.#timer)
  }

  /** It was used, or the person has gone. */
  forget(): void {
    this.rest()
    this.#ticket = undefined
    this.#goodUntil = 0
  }

  async #renew(turn: number): Promise<void> {
    const given = await this.#ask().catch(() => null)
    if (turn !== this.#turn) return
    if (given) {
      this.#ticket = given.ticket
      this.#goodUntil = Date.now() + given.seconds * 1000 - marginMs
    }
    const nextMs = given ? (given.seconds * 1000) / 2 : againMs
    this.#timer = setTimeout(() => void this.#renew(turn), nextMs)
  }
}
