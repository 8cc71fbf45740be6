/** One session on its page: what is known of it, kept up to date, and what its viewer can do. */
import type { Purchase } from '@peerlearn/contract/bookings'
import { bookingRoutes } from '@peerlearn/contract/bookings'
import type { BodyOf } from '@peerlearn/contract/route'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { SessionDetail } from '@peerlearn/contract/sessions'
import { waitlistRoutes } from '@peerlearn/contract/waitlist'
import { call } from '../lib/api.ts'
import type { CallInput } from '../lib/request.ts'
import { Loaded } from '../lib/loaded.svelte.ts'
import { socket } from '../lib/socket.svelte.ts'
import { heldSeat } from './next-step.ts'

type Wish = CallInput<(typeof bookingRoutes)['book']>['body']
type Feedback = BodyOf<(typeof sessionRoutes)['feedback']>

export class SessionView {
  readonly id: string
  #detail: Loaded<SessionDetail>
  #held: Loaded<Purchase | undefined>
  #busy = $state(false)

  constructor(id: string) {
    this.id = id
    this.#detail = new Loaded((signal) => call(sessionRoutes.get, { params: { id }, signal }))
    this.#held = new Loaded(async (signal) => {
      const held = this.detail && heldSeat(this.detail, Date.now())
      if (!held?.purchaseId) return undefined
      return call(bookingRoutes.purchase, { params: { id: held.purchaseId }, signal })
    })
  }

  get detail(): SessionDetail | undefined {
    return this.#detail.value
  }
  get loaded(): Loaded<SessionDetail> {
    return this.#detail
  }
  /** What the viewer's held seats cost together. */
  get held(): Purchase | undefined {
    return this.#held.value
  }
  /** Something that the viewer asked for is under way. */
  get busy(): boolean {
    return this.#busy
  }

  /** Fetches it, and again whenever the server tells that it changed, until the returned function is called. */
  watch(): () => void {
    const again = () => void this.load()
    const ifMine = ({ sessionId }: { sessionId: string }) => sessionId === this.id && again()
    const names = ['session.booking', 'session.started', 'session.ended', 'session.cancelled'] as const
    const stops = names.map((name) => socket.on(name, ifMine))
    // A seat of the waitlist is told of by a note.
    stops.push(socket.on('notification.new', ({ link }) => link?.includes(this.id) && again()))
    // What happened while the page slept or was offline was not told.
    const shown = () => document.visibilityState === 'visible' && this.detail && again()
    document.addEventListener('visibilitychange', shown)
    again()
    return () => {
      for (const stop of stops) stop()
      document.removeEventListener('visibilitychange', shown)
      this.#detail.close()
      this.#held.close()
    }
  }

  /** Fetches it again, with what is to be paid. */
  async load(): Promise<void> {
    await this.#detail.load()
    await this.#held.load()
  }

  book = (body: Wish) => this.#change(() => call(bookingRoutes.book, { params: { id: this.id }, body }))
  wait = () => this.#change(() => call(waitlistRoutes.join, { params: { id: this.id }, body: {} }))
  leave = () => this.#change(() => call(waitlistRoutes.leave, { params: { id: this.id } }))
  accept = ({ coupon, packId }: Wish) =>
    this.#change(() =>
      call(waitlistRoutes.accept, {
        params: { id: this.id },
        body: { ...(packId ? { packId } : coupon && { coupon }) },
      }),
    )
  start = () => this.#change(() => call(sessionRoutes.start, { params: { id: this.id }, body: {} }))
  end = () => this.#change(() => call(sessionRoutes.end, { params: { id: this.id }, body: {} }))
  cancel = () => this.#change(() => call(sessionRoutes.cancel, { params: { id: this.id } }))
  giveFeedback = (body: Feedback) =>
    this.#change(() => call(sessionRoutes.feedback, { params: { id: this.id }, body }))
  giveBack = (bookingId: string) =>
    this.#change(() => call(bookingRoutes.cancel, { params: { id: bookingId } }))

  /** Runs one of the viewer's wishes alone; afterwards, also after a refusal, the page shows what is true now. */
  async during<T>(act: () => Promise<T>): Promise<T> {
    this.#busy = true
    try {
      return await act()
    } finally {
      await this.load()
      this.#busy = false
    }
  }

  #change<T>(act: () => Promise<T>): Promise<T> {
    return this.during(act)
  }
}
