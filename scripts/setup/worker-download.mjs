import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from './run.mjs'

/** A host that cannot be reached is given up after this long; a slow one may take its time. */
const ANSWER_WITHIN = 8_000
const WHOLE_WITHIN = 180_000

/** Where mediasoup publishes its prebuilt worker for this machine (its own install script asks for the same file). */
export function downloadAddress(packageFolder) {
  const { version, repository } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8'))
  const home = repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
  const base = process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || `${home}/releases/download`
  const kernel = process.platform === 'linux' ? `-kernel${release().split('.')[0]}` : ''
  return `${base}/${version}/mediasoup-worker-${version}-${process.platform}-${process.arch}${kernel}.tgz`
}

/** Downloads the prebuilt worker to a path. Returns what went wrong, or undefined. */
export async function downloadWorker(packageFolder, path) {
  if (process.env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD)
    return 'MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD is set'
  const folder = mkdtempSync(join(dirname(path), 'download-'))
  try {
    const archive = join(folder, 'worker.tgz')
    writeFileSync(archive, await fetchWhole(downloadAddress(packageFolder)))
    const { code } = await run('tar', ['-xzf', archive, '-C', folder])
    if (code !== 0) return 'the archive cannot be unpacked'
    const worker = join(folder, 'mediasoup-worker')
    chmodSync(worker, 0o755)
    renameSync(worker, path)
    return undefined
  } catch (error) {
    return error.cause?.code ?? error.message
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fetchWhole(address) {
  const control = new AbortController()
  let timer = setTimeout(() => control.abort(new Error('no answer')), ANSWER_WITHIN)
  try {
    const response = await fetch(address, { signal: control.signal })
    if (!response.ok) throw new Error(`status ${response.status}`)
    clearTimeout(timer)
    timer = setTimeout(() => control.abort(new Error('too slow')), WHOLE_WITHIN)
    return Buffer.from(await response.arrayBuffer())
  } finally {
    clearTimeout(timer)
  }
}
