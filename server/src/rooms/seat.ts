/** A person's place in a room on this server: which socket speaks for which peer. */
import type { ClientNotice, ClientNotices } from '@peerlearn/contract/client-channel'
import type { ClientSocket } from '../sockets.ts'

/** Why a seat is no more; its later messages are refused accordingly. */
export type SeatEnd = 'left' | 'lost' | 'replaced' | 'removed' | 'ended'

export class Seat {
  readonly socket: ClientSocket
  readonly userId: string
  readonly peerId: string
  #early: (() => void)[] | undefined
  #taken = false
  #end: SeatEnd | undefined
  #letGo: (() => void) | undefined

  constructor(socket: ClientSocket, userId: string, peerId: string) {
    this.socket = socket
    this.userId = userId
    this.peerId = peerId
    this.hold()
  }

  /** Is it in the room, or still on its way in? Only a seat taken hears what the whole room is told. */
  get taken(): boolean {
    return this.#taken
  }

  get end(): SeatEnd | undefined {
    return this.#end
  }

  /** The first reason stays. Its socket, which may live on, knows nothing of it any more. */
  finish(end: SeatEnd): void {
    this.#end ??= end
    this.#letGo?.()
  }

  tell<N extends ClientNotice>(event: N, data: ClientNotices[N]): void {
    if (this.#early) this.#early.push(() => this.socket.tell(event, data))
    else this.socket.tell(event, data)
  }

  /** From here on what is told waits: an answer that it belongs after is being made. */
  hold(): void {
    this.#early ??= []
  }

  /** Runs this when its socket goes before it has ended. */
  onLost(run: () => void): void {
    this.#letGo = this.socket.onClose(run)
  }

  /** From here on it hears the room. The answer, sent in this turn of the event loop, goes out before what waited. */
  take(): void {
    this.#taken = true
    setImmediate(() => {
      const early = this.#early ?? []
      this.#early = undefined
      for (const tell of early) tell()
    })
  }
}
