/** Where mediasoup's worker is: MEDIASOUP_WORKER_BIN, else where set-up keeps it. */
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

function cachedWorker(): string {
  const manifest = join(import.meta.dirname, '../../node_modules/mediasoup/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string } // npm's own file
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache')
  return join(cache, 'peerlearn', `mediasoup-worker-${version}-${process.platform}-${process.arch}`)
}

if (!process.env.MEDIASOUP_WORKER_BIN && existsSync(cachedWorker()))
  process.env.MEDIASOUP_WORKER_BIN = cachedWorker()
