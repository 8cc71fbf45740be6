/** The tables as Kysely sees them; a test compares this file with the migrated database. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely'

type At = ColumnType<Date, Date | string | undefined, Date | string>
type MaybeAt = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

export interface Database {
  account: {
    id: string
    email: string
    password_hash: string
    name: string
    role: 'learner' | 'mentor' | 'admin'
    bio: Generated<string>
    skills: Generated<string[]>
    /** Sum and number of the ratings on a mentor's sessions; a trigger keeps them. */
    rating_sum: Generated<number>
    rating_count: Generated<number>
    created_at: At
  }
  login: {
    id: string
    account_id: string
    token_hash: Buffer
    previous_hash: Buffer | null
    rotated_at: At
    created_at: At
    expires_at: ColumnType<Date, Date | string, Date | string>
    ended_at: MaybeAt
  }
  socket_ticket: {
    hash: Buffer
    login_id: string
    expires_at: ColumnType<Date, Date | string, never>
  }
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
    created_at: At
  }
  booking: {
    id: string
    session_id: string
    session_capacity: number
    learner_id: string
    seat: number | null
    status: 'held' | 'confirmed' | 'expired' | 'cancelled'
    price_paise: number
    held_until: MaybeAt
    created_at: At
  }
  payment: {
    id: string
    booking_id: string
    account_id: string
    order_id: string
    payment_id: string | null
    amount_paise: number
    status: 'created' | 'authorized' | 'captured' | 'failed' | 'refunded'
    created_at: At
    updated_at: At
  }
  webhook_event: { id: string; kind: string; received_at: At }
  feedback: {
    id: string
    session_id: string
    account_id: string
    rating: number
    comment: Generated<string>
    created_at: At
  }
  notification: {
    id: string
    account_id: string
    title: string
    message: string
    link: string | null
    read_at: MaybeAt
    created_at: At
  }
  room_event: {
    session_id: string
    seq: number
    at: At
    actor_id: string | null
    kind: string
    data: JSONColumnType<Record<string, unknown>>
  }
  room_node: { session_id: string; node_id: string; created_at: At }
  receive_choice: {
    account_id: string
    mode: 'full' | 'saver' | 'slides' | 'voice'
    /** bigint: a string as it comes from the driver. */
    budget_bytes: ColumnType<string | null, number | null, number | null>
    beyond_in: string | null
  }
  data_use: {
    session_id: string
    account_id: string
    node_id: string
    peer_id: string
    earlier: ColumnType<string, number, number>
    bytes: ColumnType<string, number, number>
  }
  readiness: {
    session_id: string
    account_id: string
    at: At
    result: JSONColumnType<Record<string, unknown>>
  }
}
