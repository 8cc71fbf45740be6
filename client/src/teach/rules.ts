/** What the rules of a session may be chosen from. */

interface Option {
  value: string
  label: string
}

const units = [
  [10_080, 'week'],
  [1440, 'day'],
  [60, 'hour'],
  [1, 'minute'],
] as const

/** 2880 → 2 days before. */
function before(minutes: number): string {
  const [size, unit] = units.find(([size]) => minutes % size === 0) ?? units[3]
  const count = minutes / size
  return `${count} ${unit}${count === 1 ? '' : 's'} before`
}

/** `current`: what a session has already, which may be none of the usual ones. */
const options =
  (usual: readonly number[], unitMinutes: number, atZero: string) =>
  (current: string): Option[] => {
    const values = usual.includes(Number(current)) ? usual : [...usual, Number(current)]
    return values.map((value) => ({
      value: String(value),
      label: value === 0 ? atZero : before(value * unitMinutes),
    }))
  }

/** In minutes before the start. */
export const closings = options([0, 15, 60, 180, 720, 1440, 2880, 10_080], 1, 'When it ends')

/** In hours before the start. */
export const hoursBefore = options([0, 1, 2, 6, 12, 24, 48, 72, 168], 60, 'The start')
