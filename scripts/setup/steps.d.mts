/** A result with the property `done`, a string, replaces the title in the closing line. */
export function step<T>(title: string, work: () => Promise<T> | T, options?: { quiet?: boolean }): Promise<T>
