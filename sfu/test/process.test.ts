import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { environment } from './media-node.ts'
import { until } from './until.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const children: ChildProcess[] = []

function run(env: Record<string, string | undefined>) {
  const child = spawn(process.execPath, [main], {
    env: { ...env, PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  children.push(child)
  const output = { text: '' }
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (data: Buffer) => (output.text += data.toString()))
  return { child, output }
}

async function running() {
  const { child, output } = run({ ...environment(), LOG_LEVEL: 'info' })
  await until('the node is ready', () => output.text.includes('the media node is ready'))
  const workers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
  expect(workers).toHaveLength(1)
  return { child, output, workers }
}

/** A zombie, dead but not yet collected by its new parent, is not alive. */
const isAlive = (pid: string) => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

describe('the media node’s process', () => {
  it('stops at SIGTERM within a second, its workers too, with code 0', async () => {
    const { child, workers } = await running()
    child.kill('SIGTERM')
    const since = Date.now()
    expect(await once(child, 'exit')).toEqual([0, null])
    expect(Date.now() - since).toBeLessThan(1_500)
    await until('the workers are gone', () => !workers.some(isAlive), 1_000)
  })

  it('goes when its parent is gone', async () => {
    const { child, workers } = await running()
    child.disconnect()
    await once(child, 'exit')
    await until('the workers are gone', () => !workers.some(isAlive), 1_000)
  })

  it('leaves no worker when it is killed', async () => {
    const { child, workers } = await running()
    child.kill('SIGKILL')
    await until('the workers are gone', () => !workers.some(isAlive), 1_000)
  })

  it('does not start with settings that are missing, and names each', async () => {
    const { child, output } = run({ SFU_WORKERS: 'many' })
    expect(await once(child, 'exit')).toEqual([1, null])
    await until('it says why', () => /SFU_SECRET: is missing/.test(output.text))
    expect(output.text).toMatch(/SFU_WORKERS: .* \(for example 4\)/)
  })

  it('says which port it cannot have, and leaves nothing half-made', async () => {
    const env = environment()
    const first = run({ ...env, LOG_LEVEL: 'info' })
    await until('the first is ready', () => first.output.text.includes('the media node is ready'))
    const second = run(env)
    expect(await once(second.child, 'exit')).toEqual([1, null])
    await until('it says why', () => second.output.text.includes(`port ${env.RTC_MIN_PORT}`))
  })

  it('logs neither secrets nor parameters', async () => {
    const { output } = await running()
    expect(output.text).not.toContain(environment().SFU_SECRET)
  })
})
