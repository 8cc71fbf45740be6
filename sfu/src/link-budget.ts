/**
 * What a peer's link takes, learned from what gets lost. Sound must survive pictures: when much is lost, pictures go at
 * once; they come back one step at a time, and after a step that failed the next one waits twice as long. Loss that
 * sending less does not lessen is the link's own (a bad radio): pictures need not suffer for it.
 */

export interface Measured {
  /** Bits a second that were sent, with all headers. */
  sent: number
  /** Share of packets lost, 0 … 1, of the newest reports. */
  loss: number
  /** Bits a second that flow when nothing is held back: with this much no limit is needed. */
  wanted: number
}

interface Fall {
  readonly from: number | null
  readonly sent: number
  readonly loss: number
  /** Later falls that did not lessen the loss. */
  inVain: number
}

/** From this share lost on, sound begins to suffer; from the other on it does within the second. */
const bad = 0.05
const terrible = 0.15
const good = 0.03
/** Of what arrived, what is planned with next: a queue that has filled must empty too; half of it in an emergency. */
const retreat = 0.8
const emergency = { from: 0.3, retreat: 0.5 }
/** One voice, whatever happens. */
const smallest = 64_000
const step = 1.4
/**
 * Seconds without loss until a step up: where nothing has failed yet, and where it has, longer each time. And those in
 * which a step is on trial.
 */
const freeWait = 3
const firstWait = 5
const longestWait = 30
const trial = 8
/** Seconds that loss may last at one limit until less is tried, and is the link's own if that did not help; its averaging. */
const learning = 10
const smoothing = 0.15
/** Of the loss before: so much of it has not become less. */
const stays = 0.7
/** Seconds after a fall in which reports still tell of the time before it, unless they have become worse. */
const settling = 2

export class LinkBudget {
  /** Bits a second; null: no limit was met. */
  limit: number | null = null
  /** Share that the link loses by itself, however little is sent. */
  #ambient = 0
  #average = 0
  #unchanged = 0
  /** What was lost before less was tried. */
  #lossBefore = Infinity
  #bad = 0
  #good = 0
  #wait = firstWait
  /** With so many bits it failed last. */
  #failedAt = 0
  #sinceStep = Infinity
  #sinceFall = Infinity
  #lossAtFall = 0
  #fallen: Fall | undefined
  #forgiving = 0

  /**
   * What is lost goes with everything else while the link is away, which says nothing of what it takes: the limit is as
   * before, and reports that still tell of that time do not count.
   */
  forgive(): void {
    if (this.#fallen) this.#change(this.#fallen.from)
    this.#fallen = undefined
    this.#average = this.#ambient
    this.#bad = 0
    this.#sinceFall = Infinity
    this.#forgiving = 2 * settling
  }

  /** Once a second. */
  judge({ sent, loss, wanted }: Measured): void {
    if (this.#forgiving-- > 0) return
    this.#sinceStep += 1
    this.#sinceFall += 1
    this.#learn(loss)
    const own = loss - this.#ambient
    this.#bad = own >= (this.#sinceStep <= trial ? good : bad) ? this.#bad + 1 : 0
    this.#good = own < good ? this.#good + 1 : 0
    if (own >= terrible || this.#bad >= 2) return this.#retreat(sent, loss)
    if (this.#good > settling) this.#fallen = undefined
    if (this.limit !== null && this.#good >= this.#patience) this.#rise(this.limit * step, wanted)
  }

  /** By the average: single seconds of few packets say little. Little loss that stays would let nothing rise again. */
  #learn(loss: number): void {
    this.#average += (loss - this.#average) * smoothing
    this.#ambient = Math.min(this.#ambient, this.#average)
    this.#unchanged += 1
    if (this.limit === null || this.#unchanged <= learning || this.#average - this.#ambient < good / 2) return
    if (this.limit === smallest || this.#average > this.#lossBefore * stays) {
      this.#ambient = this.#average
      this.#lossBefore = Infinity
    } else if (loss - this.#ambient < terrible) {
      this.#lossBefore = this.#average
      this.#change(Math.max(smallest, this.limit * retreat))
    }
  }

  /** Below what failed last there is little to lose, and beyond it nothing is known. */
  get #patience(): number {
    const limit = this.limit ?? 0
    return limit < this.#failedAt && limit * step >= this.#failedAt ? this.#wait : freeWait
  }

  #retreat(sent: number, loss: number): void {
    if (this.#sinceFall <= settling && loss <= this.#lossAtFall) return
    if (this.#fallen && isInVain(this.#fallen, sent, loss) && ++this.#fallen.inVain >= 2) {
      this.#ambient = loss
      this.#average = loss
      this.#change(this.#fallen.from)
      this.#fallen = undefined
    } else this.#fall(sent, loss)
  }

  #fall(sent: number, loss: number): void {
    const arrived = sent * (1 - loss)
    const next = Math.max(smallest, arrived * (loss < emergency.from ? retreat : emergency.retreat))
    this.#bad = 0
    this.#fallen ??= { from: this.limit, sent, loss, inVain: 0 }
    this.#sinceFall = 0
    this.#lossAtFall = loss
    this.#failedAt = Math.min(sent, this.limit ?? Infinity)
    this.#change(Math.min(next, this.limit ?? Infinity))
    this.#wait = this.#sinceStep <= trial ? Math.min(this.#wait * 2, longestWait) : firstWait
    this.#sinceStep = Infinity
  }

  #rise(next: number, wanted: number): void {
    this.#good = 0
    this.#sinceStep = 0
    this.#change(next > wanted * step ? null : next)
  }

  #change(limit: number | null): void {
    if (limit !== this.limit) this.#unchanged = 0
    this.limit = limit
  }
}

/** Much less is sent, and as large a share of it is lost. */
const isInVain = (fallen: Fall, sent: number, loss: number) =>
  sent < fallen.sent * 0.6 && loss > fallen.loss * stays && loss < fallen.loss * 1.3
