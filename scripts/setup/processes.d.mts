export function identify(pid: number): string | undefined
export function isRunning(identity: string | undefined): boolean
