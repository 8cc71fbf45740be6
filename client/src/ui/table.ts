import type { Snippet } from 'svelte'

/** One column: `value` sorts and is shown unless `cell` draws it; `end` for figures, which are tabular then. */
export interface Column<Row> {
  key: string
  label: string
  value: (row: Row) => string | number | null
  cell?: Snippet<[Row]>
  end?: boolean
  /** What the heading means, for hovering and for the keyboard. */
  hint?: string
  /** Sorting makes no sense here, e.g. buttons. */
  fixed?: boolean
}

export interface Sorting {
  key: string
  down: boolean
}

type Value = string | number | null

const compare = (a: Value, b: Value): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b), 'en')

/** The rows in a column's order; what has no value stays at the end in both directions. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Column<Row>[], by?: Sorting): Row[] {
  const column = columns.find(({ key }) => key === by?.key)
  if (!column || !by) return [...rows]
  return rows.toSorted((one, other) => {
    const [a, b] = [column.value(one), column.value(other)]
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    return compare(a, b) * (by.down ? -1 : 1)
  })
}
