const stepsMs = [100, 300, 800, 1500, 3000, 5000, 8000]

/**
 * Milliseconds before the next try to connect, `tries` failed ones so far: fast at first, for a restarted server, and
 * spread so that a whole class does not come back in one instant.
 */
export function retryDelay(tries: number, refused = false, random: () => number = Math.random): number {
  const step = refused ? 8000 : (stepsMs[Math.min(tries, stepsMs.length - 1)] as number) // the index is in range
  return Math.round(step * (0.5 + random()))
}
