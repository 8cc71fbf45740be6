/**
 * Keeps the link up and tells of it: signs of trouble become steps of the ladder (socket, ICE, transports, rejoin), each is
 * timed, and every few seconds the server hears how the link is. No Svelte.
 */
import type { Socket } from '../lib/socket.ts'
import { LinkWatch } from './link-watch.ts'
import type { Media } from './media.ts'
import type { MediaLink } from './media.ts'
import type { MeterReading } from './meter.ts'
import { onNetworkSigns } from './network-signs.ts'
import { Recovery } from './recovery.ts'
import type { Fault, RecoveryState, Step } from './recovery.ts'
import { rememberWay } from './ways.ts'

interface Ports {
  socket: Pick<Socket, 'request' | 'state' | 'reason'>
  lines: () => readonly Media[]
  link: () => MediaLink
  /** Makes the ways anew, whatever their state says. */
  doubt: () => void
  onMeter: (reading: MeterReading) => void
  onRecovery: (state: RecoveryState | null) => void
}

const reportMs = 5000
/**
 * When media fall silent a report asks whether the socket is silent, too, which it would not learn by itself. Two round
 * trips of the link, within these bounds: where it is quick, less than the wait for an ICE restart, which needs it. A
 * server that is only slow keeps its socket all the same.
 */
const probeMs = { least: 700, most: 2000 }
/** How long it is said that everything is back. */
const doneMs = 3000
/** A way that was doubted and is well answers sooner. */
const answerMs = 800
/** Silence over a way that answers: nobody sends. */
const quietMs = 4000
/** Media that came this lately go on. */
const freshMs = 3000

export class LinkUpkeep {
  #ports: Ports
  #watch: LinkWatch
  #recovery: Recovery
  #stop: () => void
  #reportedAt = 0
  /** Silence is seen since then. */
  #silentAt: number | null = null
  #doneAt = 0
  /** When something was last done about the trouble: what came before does not prove that it is over. */
  #actedAt = 0
  /** The server said itself that it is its own doing. */
  #serverSaid = false

  constructor(ports: Ports) {
    this.#ports = ports
    this.#watch = new LinkWatch({
      lines: ports.lines,
      onMeter: ports.onMeter,
      onTick: (at) => this.#onTick(at),
      // The server that says it lost our media is not silent.
      onHush: () => this.#serverSaid || this.#probe(),
    })
    this.#recovery = new Recovery(ports.onRecovery)
    this.#stop = onNetworkSigns({
      changed: () => {
        ports.doubt()
        this.#probe()
      },
      doubtful: () => this.#watch.look(),
    })
  }

  start(): void {
    this.#reportedAt ||= Date.now()
    this.#watch.start()
  }

  /** The socket is away. */
  onSocketLost(): void {
    if (this.#ports.socket.reason === 'restart') this.#serverSaid = true
    const mediaGoOn = this.#ports.link() === 'connected' && Date.now() - this.#watch.aliveAt < freshMs
    this.#take('socket', this.#serverSaid || mediaGoOn ? 'server' : 'network')
  }

  /** A way falters. */
  onFaltering(): void {
    this.#take('ice', this.#serverSaid ? 'server' : 'network')
  }

  /** The server says that it lost our media. */
  onMediaLost(): void {
    this.#serverSaid = true
    this.#take('transports', 'server')
  }

  /** Transports, or the whole seat, are asked for anew. */
  onAnew(step: 'transports' | 'rejoin'): void {
    this.#take(step, this.#serverSaid ? 'server' : 'network')
  }

  onMoved(ms: number): void {
    this.#recovery.note({ step: 'move', ms, fault: 'server' })
  }

  close(): void {
    this.#stop()
    this.#watch.close()
  }

  #take(step: Step, fault: Fault): void {
    const now = Date.now()
    this.#actedAt = now
    this.#recovery.take(step, fault, this.#watch.silentSince ?? now)
  }

  #onTick(now: number): void {
    this.#silentAt = this.#watch.silentSince === null ? null : (this.#silentAt ?? now)
    if (this.#silentAt !== null && !this.#inTrouble && this.#isDead(this.#silentAt, now)) this.onFaltering()
    if (this.#inTrouble && this.#isWell(now)) {
      this.#serverSaid = false
      this.#doneAt = now
      this.#recovery.well(now)
    }
    if (this.#recovery.state?.done && now - this.#doneAt > doneMs) this.#recovery.forget()
    if (now - this.#reportedAt >= reportMs) void this.#report(now)
  }

  /** Nothing came since, not even an answer to the restart that the silence led to. */
  #isDead(silentAt: number, now: number): boolean {
    return now - silentAt >= answerMs && this.#watch.aliveAt < silentAt
  }

  get #inTrouble(): boolean {
    const { state } = this.#recovery
    return state !== null && !state.done
  }

  #isWell(now: number): boolean {
    const { socket, link } = this.#ports
    const up = link()
    if (socket.state !== 'open' || (up !== 'connected' && up !== 'idle')) return false
    if (up === 'idle') return true
    if (this.#watch.aliveAt <= this.#actedAt) return false
    return this.#watch.silentSince === null || now - this.#actedAt > quietMs
  }

  #probe(): void {
    const usual = 2 * (this.#watch.rttMs ?? 0)
    void this.#report(Date.now(), Math.min(Math.max(usual, probeMs.least), probeMs.most))
  }

  async #report(now: number, limitMs?: number): Promise<void> {
    const { socket, link } = this.#ports
    if (socket.state !== 'open') return
    this.#reportedAt = now
    const quality = this.#watch.takeQuality()
    if (quality.way && link() === 'connected') rememberWay(quality.way)
    const steps = this.#recovery.takeSteps()
    await socket
      .request('link.report', { ...quality, steps }, limitMs)
      .catch(() => this.#recovery.untake(steps))
  }
}
