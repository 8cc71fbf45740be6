import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { delimiter, join } from 'node:path'
import { unprivileged } from '../setup/postgres-account.mjs'
import { Refusal } from '../setup/refusal.mjs'
import { ROOT } from '../setup/run.mjs'
import { makeOwnFolder, removeOwnFolder } from './account.ts'
import { Child, type Death } from './child.ts'
import type { Guardian } from './guardian.ts'
import type { LogFile } from './log-file.ts'
import { TURN_RELAYS, type Ports } from './ports.ts'

export interface TurnOptions {
  dataDir: string
  secret: string
  ports: Pick<Ports, 'turn' | 'relay'>
  /** The user's own TURN_TLS_CERT, TURN_TLS_KEY and TURN_TLS_PORT. */
  env: NodeJS.ProcessEnv
  guardian: Guardian
  log: LogFile
  onDown: (death: Death) => boolean
}

/** The path of coturn's server, if this machine has it. */
export function findTurnserver(path = process.env['PATH'] ?? ''): string | undefined {
  return [...path.split(delimiter), '/usr/bin', '/usr/local/bin']
    .map((folder) => join(folder, 'turnserver'))
    .find((file) => existsSync(file))
}

/** The addresses of this machine that others can reach: where its media node listens, and nothing else may be relayed to. */
export function machineAddresses(interfaces = networkInterfaces()): string[] {
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(
      ({ internal, family, address }) => !internal && !(family === 'IPv6' && address.startsWith('fe80:')),
    )
    .map(({ address }) => address)
}

/** Where TURN speaks TLS, when it has a certificate. */
export const turnTlsPort = (env: NodeJS.ProcessEnv): string => env['TURN_TLS_PORT'] || '5349'

/** coturn's configuration for these settings (see turn/render.sh). */
export function renderTurnConfig(settings: Record<`TURN_${string}`, string>): string {
  const { status, stdout, stderr } = spawnSync('/bin/sh', [join(ROOT, 'turn', 'render.sh')], {
    env: { PATH: process.env['PATH'], ...settings },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Refusal(`The TURN settings cannot be used: ${stderr.trim()}`)
  return stdout
}

/** Starts coturn for the trial: on all addresses of this machine, with a configuration in a folder of its own. */
export async function startTurn(turnserver: string, options: TurnOptions): Promise<Child> {
  const { dataDir, secret, ports, env, guardian, log, onDown } = options
  const account = unprivileged(['turnserver', 'nobody'])
  removeTurnFiles(dataDir)
  const folder = makeOwnFolder(turnFolder(dataDir), account)
  const config = join(folder, 'turnserver.conf')
  const rendered = renderTurnConfig({
    TURN_SECRET: secret,
    TURN_PORT: String(ports.turn),
    TURN_MIN_PORT: String(ports.relay),
    TURN_MAX_PORT: String(ports.relay + TURN_RELAYS - 1),
    TURN_ALLOWED_PEERS: machineAddresses().join(',') || '127.0.0.1',
    TURN_DIR: '.',
    ...(env['TURN_TLS_CERT'] && {
      TURN_TLS_CERT: env['TURN_TLS_CERT'],
      TURN_TLS_KEY: env['TURN_TLS_KEY'] ?? '',
      TURN_TLS_PORT: turnTlsPort(env),
    }),
  })
  writeFileSync(config, rendered, { mode: 0o600 })
  if (account) chownSync(config, account.uid, account.gid)
  const child = new Child({
    name: 'coturn',
    command: turnserver,
    args: ['-c', config],
    cwd: folder,
    ...(account && { account }),
    guardian,
    log,
    onDown,
  })
  await child.start()
  return child
}

/** Removes what coturn needed while it ran, its secret among it. */
export function removeTurnFiles(dataDir: string): void {
  removeOwnFolder(turnFolder(dataDir))
}

const turnFolder = (dataDir: string) => join(dataDir, 'turn')
