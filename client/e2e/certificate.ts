/** A certificate of a test's own, which one browser is told to believe. */
import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificate {
  /** PEM files that coturn can read, whoever it runs as. */
  cert: string
  key: string
  /** Of its public key, as Chromium's list of those to believe has it. */
  hash: string
  remove: () => void
}

/** For this address, signed by itself. */
export function makeCertificate(address: string): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'))
  chmodSync(folder, 0o755)
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const what = `req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 2 -subj /CN=${address}`
  const files = ['-addext', `subjectAltName=IP:${address}`, '-keyout', key, '-out', cert]
  execFileSync('openssl', [...what.split(' '), ...files], { stdio: 'pipe' })
  chmodSync(key, 0o644)
  const publicKey = new X509Certificate(readFileSync(cert)).publicKey.export({ type: 'spki', format: 'der' })
  const hash = createHash('sha256').update(publicKey).digest('base64')
  return { cert, key, hash, remove: () => rmSync(folder, { recursive: true }) }
}
