/** Tables as text (RFC 4180), safe to open in a spreadsheet. */

type Cell = string | number

/** A spreadsheet takes text that begins so for a formula, and runs it. */
const formula = /^[=+\-@\t\r]/

const quoted = (cell: Cell): string => {
  if (typeof cell === 'number') return String(cell)
  const safe = formula.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Lines end in CRLF; the mark before the first one tells spreadsheets that it is UTF-8. */
export const toCsv = (rows: readonly (readonly Cell[])[]): string =>
  `\ufeff${rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('')}`
