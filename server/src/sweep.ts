/** Work that time itself asks for: a few steps, one after another, again and again, on every server. */

export interface Sweep {
  /** One round now; for those who can't wait. */
  run(): Promise<void>
  /** Ends it after the round that runs. Twice is harmless. */
  close(): Promise<void>
}

/** Each step must be safe to run on several servers at once; one that fails is told and does not stop the others. */
export function startSweep(
  steps: (() => Promise<void>)[],
  { everyMs, onError }: { everyMs: number; onError: (error: unknown) => void },
): Sweep {
  let running: Promise<void> | undefined
  const round = async () => {
    for (const step of steps) await step().catch(onError)
  }
  const run = () => (running ??= round().finally(() => (running = undefined)))
  const timer = setInterval(() => void run(), everyMs)
  timer.unref()
  return {
    run,
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
