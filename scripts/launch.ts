/** The launcher: starts every process of PeerLearn on this machine, keeps them running, and stops them in order. */
import { Processes } from './launch/processes.ts'
import { choosePorts, type Ports } from './launch/ports.ts'
import { prepareDatabase } from './launch/database.ts'
import { productionEnvironments, trialEnvironments, type Environments } from './launch/environments.ts'
import { startPostgres } from './launch/postgres.ts'
import { waitUntilListening, waitUntilReady } from './launch/ready.ts'
import { trialSecrets, type Secrets } from './launch/secrets.ts'
import { readSettings, type Settings } from './launch/settings.ts'
import { findTurnserver, removeTurnFiles, startTurn } from './launch/turn.ts'
import { lockDataDir } from './setup/place.mjs'
import { Refusal } from './setup/refusal.mjs'
import { step } from './setup/steps.mjs'

const NO_COTURN =
  'coturn is not installed, so there is no TURN relay: people connect over UDP or TCP, but not from behind the strictest networks (on Debian: apt-get install coturn).'

async function launch(settings: Settings, processes: Processes): Promise<void> {
  const ports = await choosePorts(settings.port, settings.dev, settings.env)
  if (settings.production) await launchProduction(settings, ports, processes)
  else await launchTrial(settings, ports, processes)
  await step('Starting the server', () => Promise.race([waitUntilReady(ports.server), processes.failure]))
  processes.nowReady()
  console.log(`\nPeerLearn is ready: ${settings.publicUrl}\n`)
}

async function launchProduction(settings: Settings, ports: Ports, processes: Processes): Promise<void> {
  const { server, sfu } = await productionEnvironments(settings, ports)
  if (!settings.env['SFU_URLS']) await processes.startProgram('sfu', 'sfu/src/main.ts', sfu)
  await prepareDatabase(settings.databaseUrl ?? '', { publicUrl: settings.publicUrl })
  await processes.startProgram('server', 'server/src/main.ts', server)
}

async function launchTrial(settings: Settings, ports: Ports, processes: Processes): Promise<void> {
  const secrets = trialSecrets(settings.dataDir)
  const turnserver = findTurnserver()
  const environments = trialEnvironments(settings, ports, secrets, turnserver !== undefined)
  // All that needs no database starts while Postgres does.
  await processes.startProgram('sandbox', 'sandbox/src/main.ts', environments.sandbox, settings.dev)
  await processes.startProgram('sfu', 'sfu/src/main.ts', environments.sfu, settings.dev)
  if (turnserver) await startRelay(turnserver, settings, ports, secrets, processes)
  else console.log(NO_COTURN)
  const url = settings.databaseUrl ?? (await startDatabase(settings, ports, secrets, processes))
  const env = { ...environments.server, DATABASE_URL: url }
  const sandbox = () => Promise.race([waitUntilListening(ports.sandbox), processes.failure])
  await prepareDatabase(url, {
    demo: { dataDir: settings.dataDir, publicUrl: settings.publicUrl, env, sandbox },
  })
  await startServer(env, settings, ports, processes)
}

async function startDatabase(
  settings: Settings,
  ports: Ports,
  secrets: Secrets,
  processes: Processes,
): Promise<string> {
  const { url, child } = await step('Starting Postgres', () =>
    startPostgres({
      dataDir: settings.dataDir,
      port: ports.postgres,
      password: secrets.POSTGRES_PASSWORD,
      guardian: processes.guardian,
      log: processes.log('postgres'),
      say: (text) => console.log(text),
      onDown: processes.onDown,
    }),
  )
  processes.database = child
  return url
}

async function startRelay(
  turnserver: string,
  settings: Settings,
  ports: Ports,
  secrets: Secrets,
  processes: Processes,
) {
  const secret = settings.env['TURN_SECRET'] || secrets.TURN_SECRET
  const { dataDir, env } = settings
  const { guardian, onDown } = processes
  const log = processes.log('coturn')
  processes.addService(await startTurn(turnserver, { dataDir, secret, ports, env, guardian, log, onDown }))
}

async function startServer(
  env: Environments['server'],
  settings: Settings,
  ports: Ports,
  processes: Processes,
) {
  await processes.startProgram('server', 'server/src/main.ts', env, settings.dev)
  if (!settings.dev) return
  const pages = { ...env, PORT: String(settings.port), SERVER_PORT: String(ports.server) }
  await processes.startProgram('pages', 'scripts/launch/dev-pages.ts', pages)
}

async function main(): Promise<void> {
  const settings = readSettings(process.env, process.argv.slice(2))
  const processes = new Processes(settings.dataDir)
  let release: () => void = () => undefined
  let stopping: Promise<void> | undefined
  const stop = () => (stopping ??= processes.stop().then(() => release()))
  const stopAsAsked = () => {
    if (!stopping) console.log('\nStopping…')
    void stop().then(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stopAsAsked)
  // npm start's own process asks over this channel; its end is that process's.
  process.on('message', stopAsAsked)
  process.on('disconnect', stopAsAsked)
  process.stdout.on('error', () => undefined)
  process.stderr.on('error', () => undefined)
  try {
    const unlock = lockDataDir(settings.dataDir, processes.guardian.pid)
    release = () => {
      removeTurnFiles(settings.dataDir)
      unlock()
    }
    await launch(settings, processes)
  } catch (error) {
    if (stopping) return
    await stop()
    console.error(error instanceof Refusal ? `\n${error.message}` : error)
    process.exit(1)
  }
}

await main()
