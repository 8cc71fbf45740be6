/** What a message handler gets, and the table that every feature adds to. ws.ts does the rest. */
import type {
  clientMessages,
  ClientMethod,
  ClientNotice,
  ClientNotices,
} from '@peerlearn/contract/client-channel'
import type { OutputOf, ParsedOf } from '@peerlearn/contract/channel'
import type { MessageAccess } from '@peerlearn/contract/rooms'
import type { Who } from './http.ts'

/** One client's socket. `who` is read again from the database before every message. */
export interface ClientSocket {
  readonly id: string
  readonly who: Who
  /** Host name that the browser used, for addresses that follow it. */
  readonly host: string
  /** Tells this client; a socket that is gone or too slow ignores it. */
  tell<N extends ClientNotice>(event: N, data: ClientNotices[N]): void
  /** Runs when the socket is gone; at once if it is gone already. @returns takes it back */
  onClose(run: () => void): () => void
  readonly closed: boolean
  close(code: number, reason: string): void
}

export interface Heard<M extends ClientMethod> {
  socket: ClientSocket
  who: Who
  data: ParsedOf<(typeof clientMessages)[M]>
}

/** The handlers of some methods. Who may send each is checked before, on every message. */
export type MessageHandlers<M extends ClientMethod = ClientMethod> = {
  [K in M]: (heard: Heard<K>) => Promise<OutputOf<(typeof clientMessages)[K]>>
}

/** Tells people on whichever server their sockets are. */
export interface Tell {
  person<N extends ClientNotice>(userId: string, event: N, data: ClientNotices[N]): void
  people<N extends ClientNotice>(userIds: Iterable<string>, event: N, data: ClientNotices[N]): void
}

/** Refuses a message whose sender may not send it now; one for each access that a feature decides. @throws AppError */
export type Guard = (heard: { socket: ClientSocket; who: Who; data: unknown }) => Promise<void>
export type Guards = Record<Exclude<MessageAccess, 'signed-in' | 'admin'>, Guard>
