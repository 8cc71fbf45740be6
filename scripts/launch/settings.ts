import { join } from 'node:path'
import { readPlace } from '../setup/place.mjs'
import { ROOT } from '../setup/run.mjs'

export interface Settings {
  port: number
  dataDir: string
  production: boolean
  /** npm run dev: everything is reloaded when its source changes. */
  dev: boolean
  /** The address that people open. */
  publicUrl: string
  /** Another Postgres than the built-in one. */
  databaseUrl: string | undefined
  env: NodeJS.ProcessEnv
}

/** The launcher's own settings. The processes' settings are theirs to check. */
export function readSettings(env: NodeJS.ProcessEnv, args: string[]): Settings {
  const { port, dataDir } = readPlace(env)
  return {
    port,
    dataDir,
    production: env['NODE_ENV'] === 'production',
    dev: args.includes('--dev'),
    publicUrl: env['PUBLIC_URL'] || `http://localhost:${port}`,
    databaseUrl: env['DATABASE_URL'] || undefined,
    env,
  }
}

export const CLIENT_DIR = join(ROOT, 'client', 'dist')
