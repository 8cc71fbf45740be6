/** `Tue 24 Nov, 18:00 (Asia/Kolkata)` */
export const timeWords = (at: Date, timeZone: string): string =>
  inZone(at, timeZone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  })

/** `Tuesday, 24 November 2026 at 18:00 (Asia/Kolkata)` */
export const fullTimeWords = (at: Date, timeZone: string): string =>
  inZone(at, timeZone, { dateStyle: 'full', timeStyle: 'short' })

function inZone(at: Date, timeZone: string, how: Intl.DateTimeFormatOptions): string {
  const named = (zone: string) =>
    `${new Intl.DateTimeFormat('en-GB', { ...how, timeZone: zone }).format(at)} (${zone.replaceAll('_', ' ')})`
  try {
    return named(timeZone)
  } catch {
    // A zone that this server's tables do not know.
    return named('UTC')
  }
}
