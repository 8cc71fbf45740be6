import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { environment } from './media-node.ts'
import { peerOptions, rtpCapabilities } from './rtp.ts'
import { ServerEnd } from './server-end.ts'
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

interface Running {
  child: ChildProcess
  output: { text: string }
  workers: string[]
}

/** Another port is taken when somebody has this one. */
async function running(env: Record<string, string> = {}, attempts = 5): Promise<Running> {
  const { child, output } = run({ ...environment(), LOG_LEVEL: 'info', ...env })
  const isReady = () => output.text.includes('the media node is ready')
  await until('the node is ready', () => isReady() || child.exitCode !== null, 20_000)
  if (!isReady() && attempts > 1) return await running(env, attempts - 1)
  expect(output.text).toContain('the media node is ready')
  const workers = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim().split(' ')
  expect(workers).toHaveLength(1)
  return { child, output, workers }
}

/** A node with one person in a room, and the server that speaks for them. */
async function withSomebody(env: Record<string, string> = {}) {
  const { child, output } = await running(env)
  const port = Number(/"port":(\d+)/.exec(output.text)?.[1])
  const server = await ServerEnd.open(port, environment().SFU_SECRET)
  const of = { roomId: randomUUID(), peerId: randomUUID() }
  await server.ask('room.attach', { roomId: of.roomId })
  await server.ask('peer.create', { ...of, ...peerOptions, rtpCapabilities })
  return { child, server, of }
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

  it('lets its people be moved away first: it takes no new rooms, and goes when they have gone', async () => {
    const { child, server, of } = await withSomebody()
    child.kill('SIGTERM')
    await server.heard('node.stats', ({ node }) => node.draining)
    await expect(server.ask('room.attach', { roomId: randomUUID() })).rejects.toMatchObject({
      code: 'media-full',
    })
    expect(child.exitCode).toBeNull()
    const gone = once(child, 'exit')
    await server.ask('peer.close', of)
    expect(await gone).toEqual([0, null])
  })

  it('does not wait for them for ever, and goes at once when it is told twice', async () => {
    const slow = await withSomebody({ SFU_DRAIN_SECONDS: '1' })
    slow.child.kill('SIGTERM')
    expect(await once(slow.child, 'exit')).toEqual([0, null])
    const { child, server } = await withSomebody()
    child.kill('SIGTERM')
    await server.heard('node.stats', ({ node }) => node.draining)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
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
