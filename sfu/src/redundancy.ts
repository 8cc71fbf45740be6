/**
 * When a microphone is to be heard in RED (RFC 2198), and what that is called. Pure. A microphone that is sent so as well has
 * two producers: the plain one, which everything else goes by, and one of this id.
 */
import { redundantOf } from '@peerlearn/contract/media'
import type { ProducerInfo } from '@peerlearn/contract/media'

const mark = redundantOf('')
export const isRedundant = (producerId: string) => producerId.endsWith(mark)
/** The id of the microphone that it repeats, or its own. */
export const plainOf = (producerId: string) =>
  isRedundant(producerId) ? producerId.slice(0, -mark.length) : producerId

export const isMicrophone = ({ producerId, source }: ProducerInfo) =>
  source === 'microphone' && !isRedundant(producerId)

/**
 * Share lost from which on FEC leaves holes; and the seconds, one look each, that it must last: where bits are too many, pictures
 * go before (link-budget.ts).
 */
const bad = { loss: 0.05, seconds: 5 }
/** So little for so long: it is taken back. */
const good = { loss: 0.02, seconds: 30 }
const smoothing = 0.3
/**
 * It is more to send: where the loss grows with it, from what it was to this, it makes things worse and is taken back. Seconds
 * in which that is looked for, and until the next try, doubled each time.
 */
const worse = (before: number) => 2 * before + bad.loss
const trial = 20
const firstWait = 60
const longestWait = 600

/** Whether one microphone needs it on the way to one receiver. */
export class Need {
  on = false
  #average = 0
  #before = 0
  /** Seconds: of the average beyond what changes it, since it changed, until it may change, and after the next failure. */
  #since = 0
  #age = 0
  #waits = 0
  #wait = firstWait

  /**
   * Once a second, with the share that is lost, 0 … 1, before anything is repaired. isFull: the link's queue is, so that sending
   * more would lose more.
   */
  judge(loss: number, isFull = false): void {
    this.#average += (loss - this.#average) * smoothing
    this.#age += 1
    this.#waits -= 1
    if (this.on && (isFull || this.#harms)) return this.#takeBack()
    const isOther = this.on ? this.#average < good.loss : !isFull && this.#average >= bad.loss
    this.#since = isOther ? this.#since + 1 : 0
    if (this.#since < (this.on ? good : bad).seconds || (!this.on && this.#waits > 0)) return
    this.#before = this.#average
    this.#change()
  }

  get #harms(): boolean {
    if (this.#age > trial) this.#wait = firstWait
    return this.#age <= trial && this.#average > worse(this.#before)
  }

  #takeBack(): void {
    this.#waits = this.#wait
    this.#wait = Math.min(this.#wait * 2, longestWait)
    this.#change()
  }

  #change(): void {
    this.on = !this.on
    this.#since = 0
    this.#age = 0
  }
}
