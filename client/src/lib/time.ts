/** Times as people say them, in the viewer's own zone. */

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (n: number) => String(n).padStart(2, '0')
const minuteMs = 60_000

/** 18:00 */
export const clockTime = (at: string | number): string => {
  const date = new Date(at)
  return `${two(date.getHours())}:${two(date.getMinutes())}`
}

/** As `date`, but Today and Tomorrow by their names. */
export function day(at: string | number, now: number): string {
  const apart = Math.round((midnight(new Date(at).getTime()) - midnight(now)) / (24 * 60 * minuteMs))
  if (apart === 0) return 'Today'
  return apart === 1 ? 'Tomorrow' : dateOf(at, now)
}

/** Tue 24 Nov, with the year when it is not this one. */
export function dateOf(at: string | number, now: number): string {
  const date = new Date(at)
  const year = date.getFullYear() === new Date(now).getFullYear() ? '' : ` ${date.getFullYear()}`
  return `${days[date.getDay()]} ${date.getDate()} ${months[date.getMonth()]}${year}`
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0)

/** Tue 24 Nov, 18:00 */
export const moment = (at: string | number, now: number): string => `${day(at, now)}, ${clockTime(at)}`

/** The same inside a sentence: today, 18:00 */
export const momentInside = (at: string | number, now: number): string =>
  moment(at, now).replace(/^To(day|morrow)/, 'to$1')

/** Tue 24 Nov, 18:00–19:00 */
export const span = (startsAt: string, minutes: number, now: number): string =>
  `${moment(startsAt, now)}–${clockTime(Date.parse(startsAt) + minutes * minuteMs)}`

/** 45 min, 1 h, 1 h 30 min */
export function length(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  return [hours && `${hours} h`, rest && `${rest} min`].filter(Boolean).join(' ')
}

/** The viewer's zone as people call it: India Standard Time. */
export function zoneName(at = Date.now()): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'long' }).formatToParts(at)
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? 'local time'
}

/** In 12 minutes, in 3 hours, 5 minutes ago; `now` within half a minute. */
export function away(at: string | number, now: number): string {
  const minutes = Math.round((new Date(at).getTime() - now) / minuteMs)
  if (minutes === 0) return 'now'
  const [amount, unit] = sizeOf(Math.abs(minutes))
  const words = `${amount} ${unit}${amount === 1 ? '' : 's'}`
  return minutes > 0 ? `in ${words}` : `${words} ago`
}

function sizeOf(minutes: number): [number, string] {
  if (minutes < 60) return [minutes, 'minute']
  if (minutes < 36 * 60) return [Math.round(minutes / 60), 'hour']
  return [Math.round(minutes / (24 * 60)), 'day']
}

/** 9:05 left of a countdown; 0:00 once it is over. */
export function countdown(until: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000))
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`
}

/** The value of a datetime-local field for an instant. */
export function localValue(at: string | number): string {
  const d = new Date(at)
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`
}

/** The instant of a datetime-local field's value, read in the viewer's zone; undefined when it is no time. */
export function instantOf(local: string): string | undefined {
  const at = new Date(local)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
