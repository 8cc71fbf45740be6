const stepsMs = [100, 300, 800, 1500, 2000]
/** With them, tries go on for a minute: as long as a lost seat is kept, its network may be back any moment. */
const keenTries = 32
const patientMs = 8000

/**
 * Milliseconds before the next try to connect, `tries` failed ones so far: fast at first, for a restarted server, and
 * spread so that a whole class does not come back in one instant.
 */
export function retryDelay(tries: number, refused = false, random: () => number = Math.random): number {
  const patient = refused || tries >= keenTries
  const step = patient ? patientMs : (stepsMs[Math.min(tries, stepsMs.length - 1)] as number) // the index is in range
  return Math.round(step * (0.5 + random()))
}

const openLimitsMs = [2000, 2000, 4000]

/**
 * Milliseconds for one try to open a connection, `unanswered` ones before it. In a hurry it ends early, since a lost SYN is
 * sent again later and later, and a new try sends one at once; every third has the time that a slow network needs.
 */
export function openLimit(unanswered: number, hurry: boolean): number {
  return hurry ? (openLimitsMs[unanswered % openLimitsMs.length] as number) : 4000 // the index is in range
}
