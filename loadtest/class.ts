/** A class of light participants: its mentor, its learners, who of them sends, and their coming and going. */
import type { Source } from '@peerlearn/contract/media'
import { stageSize } from '@peerlearn/contract/room-state'
import { largestWithoutStage } from '@peerlearn/contract/sessions'
import { setTimeout as sleep } from 'node:timers/promises'
import { inTurns, SignedIn, type Account } from './accounts.ts'
import { audienceOf } from './audience.ts'
import { LightPerson } from './person.ts'

export interface ClassWish {
  url: string
  /** With the mentor. */
  people: number
  /** How many of them send camera and microphone; the mentor is the first. */
  publish: number
  tiles: number
  turn: boolean
  /** One in so many really decrypts what it gets; 0: nobody. */
  decryptOneIn: number
  screen: boolean
  /** Does the product believe X-Forwarded-For? */
  believed: boolean
  mentor?: SignedIn
  /** Who approves the mentor, when there is to be a new one. */
  admin?: Account | undefined
  /** They send little. */
  light?: boolean
  /** Everybody looks at other pictures; else at the first. */
  spreadViews?: boolean
  /** How long the session is planned to last. */
  minutes?: number
  /** Seats beside these people's. */
  spareSeats?: number
  /** Told after each person that has come. */
  onProgress?: () => void
}

let accounts = 0

export class LightClass {
  readonly wish: ClassWish
  readonly sessionId: string
  readonly mentor: LightPerson
  readonly learners: LightPerson[]
  /** Those who left for good. */
  readonly past: LightPerson[] = []
  /** Who is about to leave or to come back. */
  readonly #onTheWay = new Set<LightPerson>()
  readonly #whoOf: Map<LightPerson, SignedIn>
  #staged: boolean

  private constructor(wish: ClassWish, sessionId: string, who: SignedIn[]) {
    this.wish = wish
    this.sessionId = sessionId
    this.#staged = wish.people + (wish.spareSeats ?? 0) > largestWithoutStage
    const people = who.map((one, n) => this.#person(one, n))
    this.#whoOf = new Map(people.map((person, n) => [person, who[n]!]))
    ;[this.mentor, ...this.learners] = people as [LightPerson, ...LightPerson[]]
  }

  /** Accounts, a session, seats. Nobody has joined yet. */
  static async make(wish: ClassWish, title = 'A class of a load test'): Promise<LightClass> {
    const mentor = wish.mentor ?? (await SignedIn.register(wish, 'mentor', accounts++))
    const sessionId = await mentor.publish(title, wish.people + (wish.spareSeats ?? 0), wish.minutes)
    const numbers = Array.from({ length: wish.people - 1 }, () => accounts++)
    const learners = await inTurns(numbers, 4, async (n) => {
      const learner = await SignedIn.register(wish, 'learner', n)
      await learner.book(sessionId)
      wish.onProgress?.()
      return learner
    })
    return new LightClass(wish, sessionId, [mentor, ...learners])
  }

  get people(): LightPerson[] {
    return [this.mentor, ...this.learners]
  }

  /** Everybody, also who has left, to whom somebody else sends. */
  get audience(): LightPerson[] {
    const others = [...this.learners, ...this.past]
    return audienceOf({ mentor: this.mentor, others, senders: this.#senders })
  }

  /** The mentor opens the room, then all others come, evenly over this time, or one after the other as they can. */
  async join(overMs = 0): Promise<void> {
    await this.mentor.join()
    await inTurns(this.learners, 8, (learner) => learner.prepare())
    if (overMs === 0) await inTurns(this.learners, 4, (learner, n) => this.#come(learner, n))
    else {
      const every = overMs / this.learners.length
      const coming = this.learners.map((learner, n) => sleep(n * every).then(() => this.#come(learner, n)))
      await Promise.all(coming)
    }
  }

  /**
   * One of the learners leaves for good and comes back as a page does that is opened again; several may at once.
   * @returns false when all are on their way already
   */
  async churn(): Promise<boolean> {
    const there = this.learners.filter((learner) => !this.#onTheWay.has(learner))
    const old = there[Math.floor(Math.random() * there.length)]
    const who = old && this.#whoOf.get(old)
    if (!who) return false
    const n = this.learners.indexOf(old)
    const back = this.#person(who, n + 1)
    this.#whoOf.set(back, who)
    this.#onTheWay.add(old).add(back)
    await old.leave()
    this.past.push(old)
    this.learners[n] = back
    this.#onTheWay.delete(old)
    await this.#come(back, n)
    this.#onTheWay.delete(back)
    return true
  }

  /** For good: on a deployment it would stand among the live ones until its planned end. */
  async end(): Promise<void> {
    await this.mentor.request('room.end', {}).catch(() => undefined) // it never began, or is over
  }

  async close(): Promise<void> {
    await Promise.all(this.people.map((person) => person.leave()))
  }

  async #come(learner: LightPerson, n: number): Promise<void> {
    await learner.join()
    if (this.#staged && n + 1 < this.#senders) {
      const userId = await this.#userOf(learner)
      await this.mentor.request('stage.invite', { userId })
      for (const source of sourcesOf(false)) await learner.media?.send(source)
    }
    this.wish.onProgress?.()
  }

  get #senders(): number {
    const { publish } = this.wish
    return this.#staged ? Math.min(publish, stageSize + 1) : publish
  }

  async #userOf(person: LightPerson): Promise<string> {
    return (await person.request('room.prepare', { sessionId: this.sessionId })).you.userId
  }

  #person(who: SignedIn, n: number): LightPerson {
    const { url, tiles, turn, decryptOneIn, screen, spreadViews, light = false } = this.wish
    const sends = n < this.#senders && (n === 0 || !this.#staged) ? sourcesOf(screen && n === 0) : []
    const decrypts = decryptOneIn > 0 && n % decryptOneIn === 0
    const { sessionId } = this
    const viewFrom = spreadViews ? n : 0
    const ticket = () => who.ticket()
    return new LightPerson({ url, sessionId, ticket, tiles, turn, decrypts, sends, light, viewFrom })
  }
}

const sourcesOf = (screen: boolean): Source[] => [
  'camera',
  'microphone',
  ...(screen ? (['screen'] as const) : []),
]
