/** Rooms: what happened in them, where they are, how people receive. */
import type { ColumnType, JSONColumnType } from 'kysely'
import type { At } from './columns.ts'

export interface RoomTables {
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
    /** The session that the budget is for. */
    budget_in: string | null
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
  latest_check: { account_id: string; at: At; result: JSONColumnType<Record<string, unknown>> }
  readiness: {
    session_id: string
    account_id: string
    at: At
    result: JSONColumnType<Record<string, unknown>>
  }
}
