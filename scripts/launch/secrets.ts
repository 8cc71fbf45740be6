import { createECDH, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal, refusalFor } from '../setup/refusal.mjs'

const NAMES = [
  'AUTH_SECRET',
  'SFU_SECRET',
  'TURN_SECRET',
  'RAZORPAY_KEY_SECRET',
  'RAZORPAY_WEBHOOK_SECRET',
  'POSTGRES_PASSWORD',
  'VAPID_SECRET',
] as const

export type Secrets = Record<(typeof NAMES)[number], string>

/** The trial's secrets: made once, kept in DATA_DIR/secrets.json for this user alone. */
export function trialSecrets(dataDir: string): Secrets {
  const path = join(dataDir, 'secrets.json')
  const kept = existsSync(path) ? parse(path) : {}
  // As Secrets: every name of the list gets its value here.
  const secrets = Object.fromEntries(
    NAMES.map((name) => [name, kept[name] ?? randomBytes(32).toString('hex')]),
  ) as Secrets
  if (NAMES.some((name) => kept[name] === undefined)) writePrivately(path, secrets)
  return secrets
}

/** The pair of keys of web push (RFC 8292) that belongs to this secret, as the server takes it. */
export function pushKeys(secret: string): { VAPID_PUBLIC_KEY: string; VAPID_PRIVATE_KEY: string } {
  const key = Buffer.from(secret, 'hex')
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(key)
  return {
    VAPID_PUBLIC_KEY: pair.getPublicKey().toString('base64url'),
    VAPID_PRIVATE_KEY: key.toString('base64url'),
  }
}

/** Writes JSON that only this user may read, whole or not at all. */
export function writePrivately(path: string, value: unknown): void {
  const whole = `${path}.${process.pid}`
  try {
    writeFileSync(whole, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
    renameSync(whole, path)
  } catch (error) {
    rmSync(whole, { force: true })
    throw refusalFor(error, path)
  }
}

function parse(path: string): Partial<Record<string, string>> {
  try {
    // Our own file: names and strings, written above.
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Record<string, string>>
  } catch {
    throw new Refusal(
      `${path} is not readable JSON: bring it back, or remove it together with the data beside it.`,
    )
  }
}
