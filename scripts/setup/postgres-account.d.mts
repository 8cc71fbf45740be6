/** A user without rights; Postgres refuses to run as root, and coturn has no need to. */
export interface Account {
  name: string
  uid: number
  gid: number
}
export const OPEN_FOLDER: string
export function unprivileged(names: string[]): Account | undefined
export function canUse(account: Account | undefined, path: string): boolean
export function makeOpenFolder(folder?: string): string
export function requirePostgresPlace(
  dataDir: string,
  env?: Record<string, string | undefined>,
  open?: string,
): void
