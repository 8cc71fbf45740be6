/** One after another; one that fails does not keep the others waiting. @throws what the first of them failed with */
export async function allOf(steps: (() => Promise<unknown>)[]): Promise<void> {
  const failed: unknown[] = []
  for (const step of steps) await step().catch((error: unknown) => failed.push(error))
  if (failed.length > 0) throw failed[0]
}
