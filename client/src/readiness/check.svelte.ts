/** A person's check of their link and devices: where it is, what came out, and that it is kept with their bookings. */
import type { ReadinessResult } from '@peerlearn/contract/readiness'
import { readinessRoutes } from '@peerlearn/contract/readiness'
import type { ProbeWay } from '@peerlearn/contract/probe'
import { turnRoutes } from '@peerlearn/contract/turn'
import { call, wordsOf } from '../lib/api.ts'
import { SocketError } from '../lib/socket.ts'
import { socket } from '../lib/socket.svelte.ts'
import { checkLink } from './link-check.ts'
import type { LinkPorts, LinkResult, LinkStep } from './link-check.ts'
import type { FillWish } from './measure.ts'

export type CheckState = 'idle' | 'running' | 'done' | 'failed'
type DeviceResult = Pick<ReadinessResult, 'microphone' | 'camera'>

/** Milliseconds until the server must be reached. */
const serverLimit = 4_000

/** The newest link that was checked in this tab. */
let newest: { at: number; link: LinkResult } | null = null

export class ReadinessCheck {
  #devices: () => DeviceResult
  #wish: FillWish
  #running: AbortController | undefined
  #state = $state<CheckState>('idle')
  #step = $state<LinkStep>('ways')
  #ways = $state.raw<Partial<Record<ProbeWay, number | null>>>({})
  #link = $state.raw<LinkResult | null>(null)
  #failure = $state('')
  /** How many sessions it was kept with; undefined: on its way, null: it could not be kept. */
  #kept = $state<number | null>()

  /** devices: what is known of them; read when the link is checked, and whenever the result is drawn. */
  constructor(devices: () => DeviceResult, wish: FillWish) {
    this.#devices = devices
    this.#wish = wish
  }

  get state(): CheckState {
    return this.#state
  }

  get step(): LinkStep {
    return this.#step
  }

  /** The ways that have been tried so far. */
  get ways(): Partial<Record<ProbeWay, number | null>> {
    return this.#ways
  }

  get result(): ReadinessResult | null {
    return this.#link && { ...this.#link, ...this.#devices() }
  }

  /** Words for a person, when it failed. */
  get failure(): string {
    return this.#failure
  }

  get kept(): number | null | undefined {
    return this.#kept
  }

  /** Checks (again); an earlier run is stopped. */
  async run(): Promise<void> {
    this.stop()
    const running = (this.#running = new AbortController())
    const { signal } = running
    this.#begin()
    try {
      await within(socket.opened(), serverLimit)
      signal.throwIfAborted()
      const link = await checkLink(ports, this.#wish, signal, {
        onStep: (step) => !signal.aborted && (this.#step = step),
        onWay: (way, ms) => !signal.aborted && (this.#ways = { ...this.#ways, [way]: ms }),
      })
      signal.throwIfAborted()
      newest = { at: Date.now(), link }
      this.#link = link
      this.#state = 'done'
      await this.keep()
    } catch (error) {
      if (signal.aborted) return
      this.#failure = failureWords(error)
      this.#state = 'failed'
    }
  }

  /** Takes the newest check of this tab instead of a new one; false when there is none as young as this. */
  reuse(maxAgeMs: number): boolean {
    if (!newest || Date.now() - newest.at > maxAgeMs) return false
    this.#link = newest.link
    this.#state = 'done'
    return true
  }

  /** Stops at once, silently: what was found before is kept. */
  stop(): void {
    this.#running?.abort()
    this.#running = undefined
    if (this.#state === 'running') this.#state = 'idle'
  }

  /** Stores what is known now: for the bookings that there are, and those that follow. */
  async keep(): Promise<void> {
    const { result } = this
    const link = this.#link
    if (!result) return
    const { sessions } = await call(readinessRoutes.store, { body: result }).catch(() => ({ sessions: null }))
    if (link === this.#link) this.#kept = sessions
  }

  #begin(): void {
    this.#state = 'running'
    this.#step = 'ways'
    this.#ways = {}
    this.#link = null
    this.#failure = ''
    this.#kept = undefined
  }
}

const ports: LinkPorts = {
  request: (method, data, limitMs) => socket.request(method, data, limitMs),
  iceServers: async () => (await call(turnRoutes.iceServers, {})).iceServers,
}

function failureWords(error: unknown): string {
  if (!(error instanceof SocketError)) return wordsOf(error)
  const { code, message } = error
  if (code === 'offline' || code === 'timeout')
    return navigator.onLine
      ? 'The server can’t be reached right now. Try again in a moment.'
      : 'You’re offline. Check your connection and try again.'
  return message
}

async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SocketError('offline', 'The server does not answer.')), ms)
  })
  await Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
