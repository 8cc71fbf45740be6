/** Who of a class has anything to get: somebody else must send. The mentor sends first, then the learners. */

export interface Company<Person> {
  mentor: Person
  /** Everybody else who is or was there. */
  others: readonly Person[]
  senders: number
}

/** Of one who sends alone the others are the audience; of two and more it is everybody. */
export function audienceOf<Person>({ mentor, others, senders }: Company<Person>): Person[] {
  if (senders > 1) return [mentor, ...others]
  return senders > 0 ? [...others] : []
}
