export const ROOT: string
export function tail(output: string, lines?: number): string
