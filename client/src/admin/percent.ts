/** A fee as people say it: per cent; the contract has hundredths of a percent. */

/** 1000 → 10, 725 → 7.25 */
export const percentOf = (basisPoints: number): string => String(basisPoints / 100)

/** What was typed as per cent: '7.25' → 725. Undefined for anything that is no share of a whole. */
export function basisPointsOf(typed: string): number | undefined {
  const match = /^\s*(\d{1,3})(?:\.(\d{1,2}))?\s*%?\s*$/.exec(typed)
  if (!match) return undefined
  const points = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return points <= 10_000 ? points : undefined
}
