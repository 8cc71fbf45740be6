/** Money as people say it. Integer paise everywhere; rupees only here. */

const rupees = (digits: number) =>
  new Intl.NumberFormat('en-IN', {
    style: 'currency',
    currency: 'INR',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
const whole = rupees(0)
const exact = rupees(2)

/** 49900 → ₹499, 49950 → ₹499.50, 12500000 → ₹1,25,000. */
export const money = (paise: number): string => (paise % 100 ? exact : whole).format(paise / 100)

/** As `money`, and 0 → Free. */
export const price = (paise: number): string => (paise === 0 ? 'Free' : money(paise))

/** As it stands in a field to be changed: 74850 → 748.50, 49900 → 499. */
export const rupeesOf = (paise: number): string => (paise / 100).toFixed(paise % 100 ? 2 : 0)

/** What was typed as rupees, in paise: '499.5' → 49950. Undefined for anything that is no price. */
export function paiseOf(typed: string): number | undefined {
  const match = /^\s*(\d{1,6})(?:\.(\d{1,2}))?\s*$/.exec(typed)
  if (!match) return undefined
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
}
