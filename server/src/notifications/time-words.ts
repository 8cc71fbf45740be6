/** `Tue 24 Nov, 18:00 (Asia/Kolkata)` */
export function timeWords(at: Date, timeZone: string): string {
  const format = (zone: string) =>
    new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone,
    }).format(at)
  const named = (zone: string) => `${format(zone)} (${zone.replaceAll('_', ' ')})`
  try {
    return named(timeZone)
  } catch {
    // A zone that this server's tables do not know.
    return named('UTC')
  }
}
