/** What a person does in the room beyond seeing and speaking; what was not done is said, and can be tried again. */
import { SocketError } from '../lib/socket.ts'
import type { Socket } from '../lib/socket.ts'
import { toast } from '../ui/toast.svelte.ts'

/** A person who waits in a class takes longer silence for a lost connection, and it most often is one. */
const answerMs = 3500

export class RoomActions {
  #request: Socket['request']

  constructor(request: Socket['request']) {
    this.#request = request
  }

  leave(): void {
    // The server sees the socket's silence anyway; this only makes it quicker.
    this.#request('room.leave', {}).catch(() => undefined)
  }

  /** Resolves when it is done, or said why it is not. */
  raiseHand(): Promise<void> {
    return this.#try('Your hand is not raised.', () => this.#request('hand.raise', {}, answerMs))
  }

  /** One's own hand; the mentor's message may name somebody else's. */
  lowerHand(userId?: string): Promise<void> {
    const whose = userId ? { userId } : {}
    return this.#try('The hand is not lowered.', () => this.#request('hand.lower', whose, answerMs))
  }

  /** The mentor brings somebody on stage. */
  inviteToStage(userId: string): void {
    void this.#try('Nobody came on stage.', () => this.#request('stage.invite', { userId }, answerMs))
  }

  /** Oneself, or for the mentor anybody. */
  leaveStage(userId?: string): void {
    const whose = userId ? { userId } : {}
    void this.#try('The stage is as it was.', () => this.#request('stage.leave', whose, answerMs))
  }

  mute(userId: string): void {
    void this.#try('Nobody was muted.', () => this.#request('peer.mute', { userId }, answerMs))
  }

  remove(userId: string): void {
    void this.#try('Nobody was removed.', () => this.#request('peer.remove', { userId }))
  }

  endForAll(): void {
    void this.#try('The class is not ended.', () => this.#request('room.end', {}))
  }

  async #try(failure: string, ask: () => Promise<unknown>): Promise<void> {
    try {
      await ask()
    } catch (error) {
      if (!(error instanceof SocketError)) return console.error(error)
      const run = () => void this.#try(failure, ask)
      // What is wrong with the connection stands above the faces already.
      const unreached = error.code === 'offline' || error.code === 'timeout'
      toast.bad(unreached ? failure : `${failure} ${error.message}`, { action: { label: 'Try again', run } })
    }
  }
}
