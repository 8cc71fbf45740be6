/** Sessions, who has a seat in them, and who was there. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { At, MaybeAt } from './columns.ts'

export interface SeatTables {
  session: {
    id: string
    mentor_id: string
    title: string
    description: string
    starts_at: ColumnType<Date, Date | string, Date | string>
    duration_minutes: number
    capacity: number
    staged: Generated<boolean>
    price_paise: number
    skills: Generated<string[]>
    status: Generated<'scheduled' | 'live' | 'ended' | 'cancelled'>
    started_at: MaybeAt
    ended_at: MaybeAt
    room_seq: Generated<number>
    series_id: string | null
    booking_closes_minutes: Generated<number>
    min_learners: Generated<number>
    refund_full_hours: Generated<number>
    refund_half_hours: Generated<number>
    cancelled_because: string | null
    minimum_checked_at: MaybeAt
    moved_at: MaybeAt
    created_at: At
  }
  series: {
    id: string
    mentor_id: string
    rule: JSONColumnType<Record<string, unknown>>
    time_zone: string
    created_at: At
    ended_at: MaybeAt
  }
  availability_hours: { mentor_id: string; weekday: number; from_minute: number; to_minute: number }
  availability_exception: {
    mentor_id: string
    /** A date without a time: select it as text. */
    day: ColumnType<Date, string, string>
    ranges: JSONColumnType<{ fromMinute: number; toMinute: number }[]>
  }
  calendar_feed: { account_id: string; hash: Buffer; created_at: At }
  booking: {
    id: string
    session_id: string
    session_capacity: number
    /** Who sits there; null for a guest's seat that nobody took yet. */
    learner_id: string | null
    buyer_id: string
    purchase_id: string | null
    pack_id: string | null
    /** This seat's part of what was paid. */
    paid_paise: Generated<number>
    guest_email: string | null
    guest_hash: Buffer | null
    moved_from: string | null
    ended_because:
      | 'unpaid'
      | 'cancelled'
      | 'moved'
      | 'session-cancelled'
      | 'too-few'
      | 'suspended'
      | 'offer-over'
      | 'removed'
      | null
    ended_at: MaybeAt
    seat: number | null
    status: 'held' | 'confirmed' | 'expired' | 'cancelled'
    price_paise: number
    held_until: MaybeAt
    created_at: At
  }
  purchase: {
    id: string
    buyer_id: string
    mentor_id: string
    session_id: string | null
    pack_offer_id: string | null
    quantity: number
    list_paise: number
    discount_paise: Generated<number>
    amount_paise: number
    coupon_id: string | null
    status: 'open' | 'paid' | 'expired' | 'cancelled'
    held_until: MaybeAt
    paid_at: MaybeAt
    created_at: At
  }
  pack_offer: {
    id: string
    mentor_id: string
    title: string
    credits: number
    price_paise: number
    valid_days: number
    ended_at: MaybeAt
    created_at: At
  }
  pack: {
    id: string
    purchase_id: string
    learner_id: string
    mentor_id: string
    credits: number
    used: Generated<number>
    expires_at: ColumnType<Date, Date | string, Date | string>
    created_at: At
  }
  coupon: {
    id: string
    mentor_id: string
    code: string
    percent: number | null
    amount_paise: number | null
    session_id: string | null
    max_uses: number | null
    uses: Generated<number>
    valid_until: MaybeAt
    ended_at: MaybeAt
    created_at: At
  }
  waitlist_entry: {
    id: string
    session_id: string
    learner_id: string
    status: Generated<'waiting' | 'offered' | 'taken' | 'lapsed' | 'left'>
    booking_id: string | null
    offered_until: MaybeAt
    created_at: At
  }
  idempotency_key: {
    account_id: string
    key: string
    route: string
    request_hash: Buffer
    status: number | null
    answer: JSONColumnType<Record<string, unknown>> | null
    created_at: At
  }
  feedback: {
    id: string
    session_id: string
    account_id: string
    rating: number
    comment: Generated<string>
    created_at: At
  }
  attendance: {
    session_id: string
    account_id: string
    revision: number
    as_mentor: boolean
    intervals: JSONColumnType<{ from: string; to: string }[]>
    seconds: number
    lost_seconds: Generated<number>
    created_at: At
  }
  session_verdict: {
    session_id: string
    revision: number
    outcome: 'held' | 'ended-early' | 'mentor-absent' | 'failed'
    planned_seconds: number
    mentor_seconds: number
    failed_seconds: number
    refund_basis_points: number
    reason: string | null
    decided_by: string | null
    created_at: At
  }
}
