/** A real Redis of a test file's own, from Debian's package redis-server. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { closeLater } from './harness.ts'
import { freePort } from './harness-ports.ts'

export interface TestRedis {
  url: string
  /** It reads and answers nothing from now on, and keeps its connections. */
  hang(): void
  goOn(): void
  stop(): Promise<void>
}

/** It keeps nothing, and is stopped after the file's tests if not before. */
export async function startRedis(port?: number): Promise<TestRedis> {
  const at = port ?? (await freePort())
  const child = spawn('redis-server', ['--port', String(at), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  })
  const failed = once(child, 'error').then(([error]) => {
    throw new Error('redis-server does not start: install the package redis-server', { cause: error })
  })
  await Promise.race([answering(at), failed])
  return {
    url: `redis://127.0.0.1:${at}`,
    hang: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    stop: closeLater(() => ended(child)),
  }
}

async function answering(port: number): Promise<void> {
  const redis = new Redis(port, { retryStrategy: () => 25, maxRetriesPerRequest: 400 })
  redis.on('error', () => undefined)
  await redis.ping()
  redis.disconnect()
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  child.kill('SIGCONT')
  await Promise.race([exit, sleep(5_000, undefined, { ref: false })])
}
