import type { ColumnType } from 'kysely'

/** An instant that the database sets when an insert leaves it out. */
export type At = ColumnType<Date, Date | string | undefined, Date | string>
export type MaybeAt = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
