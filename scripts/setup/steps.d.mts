/** `work` may say how far it is. A result with the property `done`, a string, replaces the title in the closing line. */
export function step<T>(
  title: string,
  work: (tell: (words: string) => void) => Promise<T> | T,
  options?: { quiet?: boolean },
): Promise<T>
