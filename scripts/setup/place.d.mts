export interface Place {
  port: number
  dataDir: string
}
export function readPlace(env?: Record<string, string | undefined>): Place
export function requirePort(port: number): Promise<void>
export function prepareDataDir(dataDir: string): void
export function requireFreeSpace(folder: string): void
export function waitForLeftovers(dataDir: string): Promise<void>
/** Refuses while a launcher runs with this folder. */
export function requireNoOther(dataDir: string): unknown
export function lockDataDir(dataDir: string, guardian: number): () => void
