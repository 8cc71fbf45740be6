/** What is derived from AUTH_SECRET: each purpose gets its own key, so that none says anything of another. */
import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'

export interface SigningKey {
  id: string
  privateKey: KeyObject
  publicKey: KeyObject
}

export function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'peerlearn', purpose, 32))
}

/** PKCS#8 of an Ed25519 key is this prefix and the 32 bytes of its seed (RFC 8410). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** An Ed25519 pair; every server with this secret has the same one. */
export function signingKey(secret: string): SigningKey {
  const der = Buffer.concat([pkcs8, deriveKey(secret, 'access-token')])
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(privateKey)
  const id = createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 16)
  return { id, privateKey, publicKey }
}
