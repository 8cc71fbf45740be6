/** 1234567 → 1.2 Mbit/s: three figures at most, in the unit that a person compares by. */
export function bitrate(bitsPerSecond: number): string {
  const units = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s']
  const step = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, bitsPerSecond)) / 3)))
  const amount = bitsPerSecond / 1000 ** step
  return `${amount >= 100 || step === 0 ? Math.round(amount) : amount.toFixed(1)} ${units[step]}`
}
