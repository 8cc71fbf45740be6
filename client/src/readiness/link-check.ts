/** The check of a link: all ways at once, then what the best of them carries. It knows no Svelte and no devices. */
import type { ReadinessResult } from '@peerlearn/contract/readiness'
import type { ProbeWay } from '@peerlearn/contract/probe'
import type { IceServer } from '@peerlearn/contract/turn'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { measure } from './measure.ts'
import type { FillWish, MeasureStep } from './measure.ts'
import { ProbePath } from './path.ts'

export type LinkResult = Omit<ReadinessResult, 'microphone' | 'camera'>
export type LinkStep = 'ways' | MeasureStep

export interface LinkPorts {
  request: Socket['request']
  /** Empty without a TURN server. */
  iceServers: () => Promise<IceServer[]>
}

export interface LinkWatch {
  onStep?: (step: LinkStep) => void
  onWay?: (way: ProbeWay, ms: number | null) => void
}

/** The better ones first: what a class uses when several are open. */
const ways = ['udp', 'tcp', 'turn'] as const
/** Milliseconds for a first way: a satellite's takes five, a lossy link's more. Once there is one, for the others. */
const firstWay = 8_000
const otherWays = 1_500
/** For all of it. */
const wholeCheck = 11_500

const unmeasured = { downBits: null, upBits: null, rttMs: null, lossDown: null, lossUp: null }

/** Throws the server's refusal (a SocketError) when it lets nothing be tried; the signal's reason when aborted. */
export async function checkLink(
  ports: LinkPorts,
  wish: FillWish,
  signal: AbortSignal,
  { onStep = () => undefined, onWay = () => undefined }: LinkWatch = {},
): Promise<LinkResult> {
  const endAt = performance.now() + wholeCheck
  const ended = new AbortController()
  const all = AbortSignal.any([signal, ended.signal])
  try {
    onStep('ways')
    const found = await openWays(ports, all, onWay)
    signal.throwIfAborted()
    const best = ways.map((way) => found.get(way)).find((path) => path !== undefined)
    for (const path of found.values()) if (path !== best) path.close()
    const reached = (way: ProbeWay) => found.get(way)?.openedMs ?? null
    const result = { ways: { udp: reached('udp'), tcp: reached('tcp'), turn: reached('turn') } }
    if (!best) return { ...result, best: null, ...unmeasured }
    const measured = await measure(best, wish, { signal, endAt }, onStep)
    return { ...result, best: await best.name(), ...measured }
  } finally {
    ended.abort()
  }
}

async function openWays(ports: LinkPorts, signal: AbortSignal, onWay: NonNullable<LinkWatch['onWay']>) {
  const found = new Map<ProbeWay, ProbePath>()
  const refusals: unknown[] = []
  const servers = ports.iceServers().catch(() => [])
  const tried = ways.map(async (way) => {
    const iceServers = way === 'turn' ? await servers : []
    if (way === 'turn' && iceServers.length === 0) return onWay(way, null)
    try {
      const path = await ProbePath.open(way, { request: ports.request, iceServers }, signal)
      found.set(way, path)
      onWay(way, path.openedMs)
    } catch (error) {
      if (error instanceof SocketError) refusals.push(error)
      if (!signal.aborted) onWay(way, null)
    }
  })
  await enough(tried, () => found.size > 0, signal)
  if (found.size === 0 && refusals.length > 0) throw refusals[0]
  return found
}

/** All have ended, or the patience has; less of it once there is a first. */
function enough(tried: Promise<void>[], isThere: () => boolean, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(resolve, firstWay)
    let shortened = false
    for (const one of tried)
      void one.then(() => {
        if (shortened || !isThere()) return
        shortened = true
        clearTimeout(timer)
        timer = setTimeout(resolve, otherWays)
      })
    const done = () => {
      clearTimeout(timer)
      resolve()
    }
    void Promise.all(tried).then(done)
    signal.addEventListener('abort', done, { once: true })
  })
}
