/** How long somebody was in a class, in words. */
export function wasThere(seconds: number): string {
  if (seconds === 0) return 'you were not there'
  return `you were there for ${minutes(seconds)}`
}

/** Whole minutes; a started one counts. */
export function minutes(seconds: number): string {
  const whole = Math.ceil(seconds / 60)
  return whole === 1 ? '1 minute' : `${whole} minutes`
}
