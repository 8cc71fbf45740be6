export function progressIn(text: string): string | undefined
