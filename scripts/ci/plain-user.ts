/** What a stranger who is not root does with a fresh clone. Run by .ci/run alone. */
import { execFileSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Copy, SET_UP, STOP, cache, cloneInto, port, requireRoot } from './copy.ts'
import { demoOf, signIn } from './demo.ts'

describe('a fresh clone of a plain user, in a folder with an odd name', () => {
  const account = { uid: 65534, gid: 65534 }
  let home: string
  let plain: Copy

  beforeAll(() => {
    requireRoot('runs as another user')
    home = mkdtempSync(join(tmpdir(), 'peerlearn-plain-'))
    const folder = join(home, 'my class 1')
    cloneInto(folder, process.env['FRESH_CLONE_SOURCE'])
    const ownCache = join(home, 'cache')
    mkdirSync(join(ownCache, 'peerlearn'), { recursive: true })
    execFileSync('sh', ['-c', 'cp "$0"/peerlearn/mediasoup-worker-* "$1"/peerlearn/', cache, ownCache])
    execFileSync('chown', ['-R', `${account.uid}:${account.gid}`, home])
    chownSync(home, account.uid, account.gid)
    plain = new Copy({
      folder,
      dataDir: join(folder, 'data'),
      port,
      env: { HOME: home, XDG_CACHE_HOME: ownCache },
      account,
    })
  })

  afterAll(async () => {
    await plain?.destroy()
    if (home) rmSync(home, { recursive: true, force: true })
  }, 60_000)

  test('npm start works', { timeout: SET_UP }, async () => {
    await plain.startUntilReady(SET_UP)
    expect(await signIn(plain, demoOf(plain).mentor)).toBe(200)
    expect(await plain.interrupt()).toBeLessThan(STOP)
    expect(plain.processes()).toEqual([])
  })

  test('a data folder without the right to write is told in one sentence', { timeout: 30_000 }, async () => {
    const refused = new Copy({ ...plain.options, dataDir: '/var/lib/peerlearn-refused' })
    refused.start()
    expect(await refused.end()).toBe(1)
    expect(refused.output).toContain('No right to write DATA_DIR (/var/lib/peerlearn-refused)')
  })
})
