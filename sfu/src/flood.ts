/**
 * Whether somebody sends far more than they were told to stay under. A browser keeps to that by itself; what another program
 * sends is forwarded to all who look and listen, and sound is never thinned out for a narrow link.
 */

/** Bytes, or bits a second: of everything, and of sounds alone. */
export interface Sent {
  all: number
  sound: number
}

/** What is allowed so many times over, in so many readings in a row, is no accident. */
const times = 2
const readings = 3

export class FloodWatch {
  #before: Sent = { all: 0, sound: 0 }
  #at: number
  #over = 0

  constructor(now = performance.now()) {
    this.#at = now
  }

  /** sent: bytes so far; allowed: bits a second. @returns whether it is a flood */
  look(sent: Sent, allowed: Sent, now = performance.now()): boolean {
    const seconds = Math.max(0.5, (now - this.#at) / 1_000)
    const rate = (part: keyof Sent) => ((sent[part] - this.#before[part]) * 8) / seconds
    const isOver = rate('all') > times * allowed.all || rate('sound') > times * allowed.sound
    this.#before = sent
    this.#at = now
    this.#over = isOver ? this.#over + 1 : 0
    return this.#over >= readings
  }
}
