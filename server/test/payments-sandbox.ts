/** The payment sandbox in a process of its own, and the hand that plays Razorpay with it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { MisbehaviourWish } from '../../sandbox/src/app.ts'
import type { Config } from '../src/config.ts'
import { closeLater } from './harness.ts'

export interface Receipt {
  razorpay_payment_id: string
  razorpay_order_id: string
  razorpay_signature: string
}

export interface PlayedSandbox {
  /** What it knows: a path of its API. */
  ask(path: string): Promise<Record<string, unknown>>
  items(path: string): Promise<Record<string, unknown>[]>
  /** Posts to its API. */
  make(path: string, body: object): Promise<Record<string, unknown>>
  /** Everything that was asked for before is over. */
  misbehave(wish: MisbehaviourWish): Promise<void>
  /** A path under /control. */
  play(path: string, body?: object): Promise<Record<string, unknown>>
  /** Pays at the checkout, as its page does. */
  pay(orderId: string): Promise<Receipt>
}

interface Where {
  port: number
  /** Where its events go. */
  hook: string
  config: Config
  misbehaviour: MisbehaviourWish
}

export const oldWebhookSecret = 'a-test-of-pay-hook-before-9e8d'

export async function startSandbox({ port, hook, config, misbehaviour }: Where): Promise<PlayedSandbox> {
  const { RAZORPAY_KEY_ID, RAZORPAY_KEY_SECRET, RAZORPAY_WEBHOOK_SECRET } = config
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../sandbox/src/main.ts')], {
    env: {
      ...process.env,
      PORT: String(port),
      RAZORPAY_KEY_ID,
      RAZORPAY_KEY_SECRET,
      RAZORPAY_WEBHOOK_SECRET,
      RAZORPAY_WEBHOOK_SECRET_PREVIOUS: oldWebhookSecret,
      WEBHOOK_URL: hook,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closeLater(async () => {
    const gone = once(child, 'exit')
    if (child.kill()) await gone
  })
  await once(child.stdout, 'data')
  const base = `http://127.0.0.1:${port}`
  const authorization = `Basic ${Buffer.from(`${RAZORPAY_KEY_ID}:${RAZORPAY_KEY_SECRET}`).toString('base64')}`
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization, 'content-type': 'application/json' }
    const answer = await fetch(base + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    const told = (await answer.json()) as Record<string, unknown> // looked at by the tests
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(told)}`)
    return told
  }
  const sandbox: PlayedSandbox = {
    ask: (path) => call('GET', path),
    items: async (path) => (await call('GET', path))['items'] as Record<string, unknown>[], // Razorpay's lists
    make: (path, body) => call('POST', path, body),
    misbehave: async (wish) => void (await call('PUT', '/control/misbehaviour', wish)),
    play: (path, body = {}) => call('POST', `/control${path}`, body),
    pay: async (orderId) => (await call('POST', `/checkout/${orderId}/pay`)) as unknown as Receipt, // the sandbox's own tests hold it to this
  }
  await sandbox.misbehave(misbehaviour)
  return sandbox
}
