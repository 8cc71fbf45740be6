/** What is whose, in whole paise: parts always add up to the whole. */

/** The platform's part of what learners paid, rounded down: the odd paisa is the mentor's. */
export const feeOf = (grossPaise: number, feeBasisPoints: number): number =>
  Math.floor((grossPaise * feeBasisPoints) / 10_000)

/**
 * The platform's part of what went back of a payout: it keeps no fee of money that the payer has again. Asked with ever
 * more it never gives less, and with all of it exactly the fee.
 */
export const feeBackOf = (
  { grossPaise, feePaise }: { grossPaise: number; feePaise: number },
  takenBackPaise: number,
): number => Math.floor((feePaise * takenBackPaise) / grossPaise)
