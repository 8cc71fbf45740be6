/** One session on its page: what is known of it, kept up to date, and what its viewer can do. */
import { bookingRoutes } from '@peerlearn/contract/bookings'
import type { BodyOf } from '@peerlearn/contract/route'
import { sessionRoutes } from '@peerlearn/contract/sessions'
import type { SessionDetail } from '@peerlearn/contract/sessions'
import { call } from '../lib/api.ts'
import { Loaded } from '../lib/loaded.svelte.ts'
import { socket } from '../lib/socket.svelte.ts'

type Feedback = BodyOf<(typeof sessionRoutes)['feedback']>

export class SessionView {
  readonly id: string
  #detail: Loaded<SessionDetail>
  #busy = $state(false)

  constructor(id: string) {
    this.id = id
    this.#detail = new Loaded((signal) => call(sessionRoutes.get, { params: { id }, signal }))
  }

  get detail(): SessionDetail | undefined {
    return this.#detail.value
  }
  get loaded(): Loaded<SessionDetail> {
    return this.#detail
  }
  /** Something that the viewer asked for is under way. */
  get busy(): boolean {
    return this.#busy
  }

  /** Fetches it, and again whenever the server tells that it changed, until the returned function is called. */
  watch(): () => void {
    const again = () => void this.#detail.load()
    const ifMine = ({ sessionId }: { sessionId: string }) => sessionId === this.id && again()
    const names = ['session.booking', 'session.started', 'session.ended', 'session.cancelled'] as const
    const stops = names.map((name) => socket.on(name, ifMine))
    // What happened while the page slept or was offline was not told.
    const shown = () => document.visibilityState === 'visible' && this.detail && again()
    document.addEventListener('visibilitychange', shown)
    again()
    return () => {
      for (const stop of stops) stop()
      document.removeEventListener('visibilitychange', shown)
      this.#detail.close()
    }
  }

  book = () => this.#change(() => call(bookingRoutes.book, { params: { id: this.id }, body: {} }))
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
      await this.#detail.load()
      this.#busy = false
    }
  }

  #change<T>(act: () => Promise<T>): Promise<T> {
    return this.during(act)
  }
}
