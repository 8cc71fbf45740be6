import { Refusal } from '../setup/refusal.mjs'
import { workerCount, type Ports } from './ports.ts'
import { pushKeys, type Secrets } from './secrets.ts'
import { CLIENT_DIR, type Settings } from './settings.ts'
import { turnTlsPort } from './turn.ts'

export interface Environments {
  server: NodeJS.ProcessEnv
  sfu: NodeJS.ProcessEnv
  /** The payment sandbox's; a trial's only. */
  sandbox: NodeJS.ProcessEnv
}

/** Of these the user's own setting comes first; the others are what this machine's processes agree on among themselves. */
export function trialEnvironments(
  settings: Settings,
  ports: Ports,
  secrets: Secrets,
  turn: boolean,
): Environments {
  const { env } = settings
  const own = (name: string, value: string) => ({ [name]: env[name] || value })
  const common = { ...env, NODE_ENV: env['NODE_ENV'] || 'development' }
  const razorpay = {
    RAZORPAY_KEY_ID: 'rzp_sandbox_trial',
    RAZORPAY_KEY_SECRET: secrets.RAZORPAY_KEY_SECRET,
    RAZORPAY_WEBHOOK_SECRET: secrets.RAZORPAY_WEBHOOK_SECRET,
  }
  return {
    server: {
      ...common,
      ...razorpay,
      ...own('AUTH_SECRET', secrets.AUTH_SECRET),
      ...own('SFU_SECRET', secrets.SFU_SECRET),
      ...own('TURN_SECRET', secrets.TURN_SECRET),
      ...own('TURN_URLS', turn ? turnUrls(ports.turn, env) : ''),
      ...own('CLIENT_DIR', CLIENT_DIR),
      ...(env['VAPID_PRIVATE_KEY'] ? {} : pushKeys(secrets.VAPID_SECRET)),
      RAZORPAY_API_URL: `http://127.0.0.1:${ports.sandbox}`,
      PORT: String(ports.server),
      PUBLIC_URL: settings.publicUrl,
      SFU_URLS: sfuUrl(ports),
    },
    sfu: {
      ...common,
      ...own('SFU_SECRET', secrets.SFU_SECRET),
      ...own('SFU_NODE_ID', `sfu-${settings.port}`),
      SFU_LISTEN: `127.0.0.1:${ports.sfu}`,
      SFU_WORKERS: String(workerCount(env)),
      RTC_MIN_PORT: String(ports.rtc),
    },
    sandbox: {
      ...common,
      ...razorpay,
      PORT: String(ports.sandbox),
      WEBHOOK_URL: `http://127.0.0.1:${ports.server}/api/payments/webhook`,
    },
  }
}

/**
 * Production's: what the user set, and a control channel between this machine's two processes unless the media nodes
 * are elsewhere (SFU_URLS). Refuses on missing or weak settings, naming each.
 */
export async function productionEnvironments(
  settings: Settings,
  ports: Ports,
): Promise<Omit<Environments, 'sandbox'>> {
  const { env } = settings
  const server = {
    ...env,
    PORT: String(ports.server),
    SFU_URLS: env['SFU_URLS'] || sfuUrl(ports),
    CLIENT_DIR: env['CLIENT_DIR'] || CLIENT_DIR,
  }
  const sfu = { ...env, SFU_LISTEN: env['SFU_LISTEN'] || `127.0.0.1:${ports.sfu}` }
  const problems = new Set([
    ...(await problemsOf(import('../../server/src/config.ts'), server)),
    ...(env['SFU_URLS'] ? [] : await problemsOf(import('../../sfu/src/config.ts'), sfu)),
  ])
  if (problems.size > 0)
    throw new Refusal(
      ['PeerLearn does not start in production with these settings:', ...problems].join('\n  '),
    )
  return { server, sfu }
}

interface ConfigModule {
  parseConfig: (env: NodeJS.ProcessEnv) => unknown
}

async function problemsOf(loading: Promise<ConfigModule>, env: NodeJS.ProcessEnv): Promise<string[]> {
  const { ConfigError } = await import('../../server/contract/settings.ts')
  const { parseConfig } = await loading
  try {
    parseConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

const sfuUrl = (ports: Ports) => `ws://127.0.0.1:${ports.sfu}`

/** {host}: the server puts the name there under which the browser reached it, so that phones in the same network can use it. */
const turnUrls = (port: number, env: NodeJS.ProcessEnv) =>
  [
    `turn:{host}:${port}?transport=udp`,
    `turn:{host}:${port}?transport=tcp`,
    ...(env['TURN_TLS_CERT'] ? [`turns:{host}:${turnTlsPort(env)}?transport=tcp`] : []),
  ].join()
