export class Refusal extends Error {}
export function refusalFor(error: unknown, where: string): unknown
export function runMain(main: () => Promise<void>): Promise<void>
