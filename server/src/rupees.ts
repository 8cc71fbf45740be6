/** Money as people read it in what they are told: 49900 → ₹499, 39920 → ₹399.20. */
export const rupees = (paise: number): string =>
  `₹${(paise / 100).toLocaleString('en-IN', { minimumFractionDigits: paise % 100 === 0 ? 0 : 2 })}`
