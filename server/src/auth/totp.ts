/** Codes of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 s). Only the sealed secret is kept; a time step counts once. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { generateSecret, generateSync, generateURI, verify } from 'otplib'
import { deriveKey } from './keys.ts'

const ivBytes = 12
const tagBytes = 16
const issuer = 'PeerLearn'
/** A clock may be wrong by a step, before or behind. */
const toleranceSeconds = 30

const keyOf = (authSecret: string) => deriveKey(authSecret, 'totp-secret')

/** A new secret in base32, as authenticator apps read it. */
export const newTotpSecret = (): string => generateSecret()

/** What an app scans. The label is the account's name in the app. */
export const totpUri = (secret: string, label: string): string => generateURI({ issuer, label, secret })

/** The secret as it is kept: AES-256-GCM under a key of this server's, bound to its account. */
export function sealTotp(authSecret: string, accountId: string, secret: string): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv('aes-256-gcm', keyOf(authSecret), iv).setAAD(Buffer.from(accountId))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), sealed])
}

/** The secret again. Sealed under the secret before it opens, too, while AUTH_SECRET is changed. @throws when under neither */
export function openTotp(
  authSecrets: readonly [string, ...string[]],
  accountId: string,
  sealed: Buffer,
): string {
  let failure: unknown
  for (const authSecret of authSecrets)
    try {
      return openUnder(authSecret, accountId, sealed)
    } catch (error) {
      failure = error
    }
  throw new Error('a totp secret opens under no AUTH_SECRET', { cause: failure })
}

function openUnder(authSecret: string, accountId: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', keyOf(authSecret), sealed.subarray(0, ivBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(accountId))
  decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes))
  return decipher.update(sealed.subarray(ivBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
}

/** The code of this moment: what the app of whoever has the secret shows. */
export const presentCode = (secret: string, now = new Date()): string =>
  generateSync({ secret, epoch: Math.floor(now.getTime() / 1000) })

/** The time step of a right code, if it is later than the last one that counted. */
export async function matchTotp(
  secret: string,
  code: string,
  { now, lastStep }: { now: Date; lastStep: number },
): Promise<number | undefined> {
  const result = await verify({
    secret,
    token: code,
    epoch: Math.floor(now.getTime() / 1000),
    epochTolerance: toleranceSeconds,
    afterTimeStep: lastStep,
  })
  return result.valid && 'timeStep' in result ? result.timeStep : undefined
}
