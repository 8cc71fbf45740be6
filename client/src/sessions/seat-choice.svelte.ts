/** What somebody is about to book: how many seats, for whom, and how they are paid. */
import type { Quote } from '@peerlearn/contract/bookings'
import { bookingRoutes, mostSeats } from '@peerlearn/contract/bookings'
import type { Pack } from '@peerlearn/contract/packs'
import { packRoutes } from '@peerlearn/contract/packs'
import type { BodyOf } from '@peerlearn/contract/route'
import type { Session } from '@peerlearn/contract/sessions'
import { call } from '../lib/api.ts'

type Wish = BodyOf<(typeof bookingRoutes)['book']>

export class SeatChoice {
  #session: () => Session
  #seats = $state(1)
  #self = $state(true)
  /** One address a guest's seat; more than are shown are kept for when seats are added again. */
  readonly guests = $state<string[]>(Array.from({ length: mostSeats }, () => ''))
  #packs = $state.raw<Pack[]>([])
  /** null: with money, though there is a pack. */
  #packId = $state<string | null>()
  #sought = $state(false)
  #quote = $state.raw<Quote>()

  constructor(session: () => Session) {
    this.#session = session
  }

  get seats(): number {
    return this.#seats
  }
  get most(): number {
    return Math.max(1, Math.min(mostSeats, this.#session().seatsLeft))
  }
  get self(): boolean {
    return this.#self
  }
  get guestCount(): number {
    return this.#seats - Number(this.#self)
  }
  /** Packs of this mentor with enough credits left. */
  get packs(): readonly Pack[] {
    return this.#packs.filter((pack) => pack.left >= this.#seats)
  }
  get pack(): Pack | undefined {
    return this.packs.find((pack) => pack.id === this.#packId)
  }
  /** Is it known what would be paid? A button must not turn from money into credits under the finger. */
  get ready(): boolean {
    return this.#sought || this.#session().pricePaise === 0
  }
  get coupon(): string | null {
    return this.#quote?.couponCode ?? null
  }
  get listPaise(): number {
    return this.#session().pricePaise * this.#seats
  }
  get discountPaise(): number {
    return this.pack ? 0 : (this.#quote?.discountPaise ?? 0)
  }
  get amountPaise(): number {
    return this.pack ? 0 : this.listPaise - this.discountPaise
  }

  /** One more or one fewer; a discount is asked for anew, for it may be a share of the whole. */
  async setSeats(seats: number): Promise<void> {
    this.#seats = Math.min(this.most, Math.max(1, seats))
    const { coupon } = this
    if (coupon) await this.apply(coupon).catch(() => this.dropCoupon())
  }
  setSelf(self: boolean): void {
    this.#self = self
  }
  usePack(packId: string): void {
    this.#packId = packId || null
  }

  /** Asks what it costs with this code. Throws an ApiError in words when it is refused. */
  async apply(code: string): Promise<void> {
    const query = { seats: this.#seats, coupon: code.trim() }
    this.#quote = await call(bookingRoutes.quote, { params: { id: this.#session().id }, query })
  }
  dropCoupon(): void {
    this.#quote = undefined
  }

  /** The person's own packs of this mentor. */
  async findPacks(): Promise<void> {
    try {
      const { items } = await call(packRoutes.mine, {})
      const { mentor } = this.#session()
      this.#packs = items.filter((pack) => pack.mentorId === mentor.id && !pack.expired && pack.left > 0)
      if (this.#packId === undefined) this.#packId = this.#packs[0]?.id
    } finally {
      this.#sought = true
    }
  }

  /** As the server takes it. */
  get wish(): Wish {
    const { pack, coupon } = this
    return {
      self: this.#self,
      guests: this.guests.slice(0, this.guestCount).map((guest) => guest.trim()),
      ...(pack ? { packId: pack.id } : coupon && { coupon }),
    }
  }
}
