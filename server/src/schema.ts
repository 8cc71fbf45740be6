/** The tables as Kysely sees them; a test compares these files with the migrated database. */
import type { AccountTables } from './schema/accounts.ts'
import type { SeatTables } from './schema/seats.ts'
import type { MoneyTables } from './schema/money.ts'
import type { RoomTables } from './schema/rooms.ts'

export interface Database extends AccountTables, SeatTables, MoneyTables, RoomTables {}
