/**
 * This page's seat in a room: takes it, comes back to it after the socket was away, and asks for new media when they are
 * lost. What is told meanwhile waits until the answer has been taken in. No Svelte.
 */
import type { ClientOutput } from '@peerlearn/contract/client-channel'
import type { FirstView, RtpCapabilities } from '@peerlearn/contract/media'
import { retryDelay } from '../lib/retry-delay.ts'
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { endingOf } from './refusals.ts'
import type { Ending } from './refusals.ts'

export type Joined = ClientOutput<'room.join'>
export type Rejoined = ClientOutput<'media.rejoin'>

interface Ports {
  socket: Pick<Socket, 'request' | 'opened' | 'state'>
  sessionId: string
  /** What this device needs to build its media anew. */
  coming: () => { rtpCapabilities: RtpCapabilities; view: FirstView }
  /** The seat is ours (again); `media` are null when the earlier ones go on. */
  onJoined: (answer: Joined) => void
  onRejoined: (answer: Rejoined) => void
  /** There is no way back by itself. */
  onEnding: (ending: Ending) => void
}

const joinTries = 4
/** Tries go on for ever, never slower than at this one: about three seconds. */
const slowestTry = 4

export class Seat {
  #ports: Ports
  #peerId: string | null = null
  #held: (() => void)[] | null = null
  #needsSeat = false
  /** Kept while the seat is asked for: an answer that goes on with the earlier media does not settle it. */
  #needsMedia = false
  #mending = false
  #closed = false

  constructor(ports: Ports) {
    this.#ports = ports
  }

  get peerId(): string | null {
    return this.#peerId
  }

  /** Takes the seat. Rejects with the refusal; a connection that fails meanwhile is tried again. */
  async join(): Promise<void> {
    for (let tries = 1; ; tries++) {
      await this.#ports.socket.opened()
      try {
        await this.#takeSeat()
        return
      } catch (error) {
        const code = error instanceof SocketError ? error.code : null
        if ((code !== 'offline' && code !== 'timeout') || tries === joinTries) throw error
      }
    }
  }

  /** Something was told: it is handled now, or after the answer under way; never without a seat. */
  told(handle: () => void): void {
    if (this.#held) this.#held.push(handle)
    else if (this.#peerId && !this.#closed) handle()
  }

  /** The socket is back, or events were missed: the seat is asked for again. */
  comeBack(): void {
    if (!this.#peerId) return
    this.#needsSeat = true
    void this.#mend()
  }

  /** The transports are gone. */
  rebuildMedia(): void {
    if (!this.#peerId) return
    this.#needsMedia = true
    void this.#mend()
  }

  close(): void {
    this.#closed = true
    this.#peerId = null
  }

  async #takeSeat(): Promise<void> {
    const held: (() => void)[] = (this.#held = [])
    try {
      const answer = await this.#ports.socket.request('room.join', {
        sessionId: this.#ports.sessionId,
        ...this.#ports.coming(),
        ...(this.#peerId && { resume: this.#peerId }),
      })
      if (this.#closed) return
      this.#peerId = answer.peerId
      if (answer.media) this.#needsMedia = false
      this.#ports.onJoined(answer)
    } finally {
      this.#held = null
    }
    for (const handle of held) handle()
  }

  async #takeMedia(): Promise<void> {
    const answer = await this.#ports.socket.request('media.rejoin', this.#ports.coming())
    if (this.#closed) return
    // What was said of the media until now was said of the earlier ones.
    this.#needsMedia = false
    this.#ports.onRejoined(answer)
  }

  /** Without a socket there is nothing to ask; its opening brings us back. */
  get #mayMend(): boolean {
    const needs = this.#needsSeat || this.#needsMedia
    return needs && !this.#closed && this.#ports.socket.state === 'open'
  }

  async #mend(): Promise<void> {
    if (this.#mending) return
    this.#mending = true
    for (let tries = 0; this.#mayMend; tries++) {
      const needsSeat = this.#needsSeat
      this.#needsSeat = false
      try {
        await (needsSeat ? this.#takeSeat() : this.#takeMedia())
      } catch (error) {
        const code = error instanceof SocketError ? error.code : 'failed'
        const ending = endingOf(code)
        if (ending) {
          this.#ports.onEnding(ending)
          break
        }
        if (needsSeat || code === 'not-in-room') this.#needsSeat = true
        await new Promise((resolve) => setTimeout(resolve, retryDelay(Math.min(tries, slowestTry))))
      }
    }
    this.#mending = false
  }
}
