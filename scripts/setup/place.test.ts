import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { lockDataDir, prepareDataDir, readPlace, requireNoOther, requirePort } from './place.mjs'
import { ROOT } from './run.mjs'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'peerlearn-place-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('PORT and DATA_DIR', () => {
  test('have defaults inside the checkout', () => {
    expect(readPlace({})).toEqual({ port: 3000, dataDir: join(ROOT, 'data') })
  })

  test.each(['0', '70000', '3000x', '-1'])('PORT=%s is refused by name', (PORT) => {
    expect(() => readPlace({ PORT })).toThrow(`PORT must be a number from 1 to 65535, not "${PORT}".`)
  })
})

test('a port in use is told with another way on', async () => {
  const server = createServer().listen(0)
  const { port } = server.address() as AddressInfo
  await expect(requirePort(port)).rejects.toThrow(`Port ${port} is in use by another program`)
  server.close()
})

test('a data folder whose path goes through a file is told in one sentence', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => prepareDataDir(join(folder, 'file', 'data'))).toThrow(/DATA_DIR .* cannot be made/)
})

test('a data folder where nothing can be kept is refused, not tried for ever', () => {
  expect(() => prepareDataDir('/proc/nowhere/data')).toThrow(/DATA_DIR .* cannot be made/)
})

describe('the lock of a data folder', () => {
  test('lets one launcher in at a time', () => {
    const unlock = lockDataDir(folder, process.pid)
    expect(() => lockDataDir(folder, process.pid)).toThrow(
      `PeerLearn already runs with the data in ${folder}`,
    )
    expect(() => requireNoOther(folder)).toThrow(`PeerLearn already runs with the data in ${folder}`)
    unlock()
    requireNoOther(folder)
    lockDataDir(folder, process.pid)()
    expect(readdirSync(folder)).toEqual([])
  })

  test('is no obstacle once its launcher was killed', async () => {
    const place = new URL('place.mjs', import.meta.url).href
    const program = `import { lockDataDir } from ${JSON.stringify(place)}; lockDataDir(${JSON.stringify(folder)}, process.pid)`
    const launcher = spawn(process.execPath, ['--input-type=module', '-e', program])
    await new Promise((ended) => launcher.once('close', ended))
    expect(readdirSync(folder)).toEqual(['launcher.lock'])
    expect(() => lockDataDir(folder, process.pid)).not.toThrow()
  })
})
