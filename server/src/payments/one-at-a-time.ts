/** Runs these one after another for each key, in the order of asking. */
export type OneAtATime = <T>(key: string, run: () => Promise<T>) => Promise<T>

/**
 * Of several tellings of one thing at the same moment the later ones wait here, each without a database connection, and
 * find it done. Between servers the database itself keeps them apart.
 */
export function createOneAtATime(): OneAtATime {
  const last = new Map<string, Promise<unknown>>()
  return async (key, run) => {
    const before = last.get(key)
    const mine = before ? before.then(run, run) : run()
    last.set(key, mine)
    try {
      return await mine
    } finally {
      if (last.get(key) === mine) last.delete(key)
    }
  }
}
