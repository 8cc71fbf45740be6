import type { ErrorCode } from '@peerlearn/contract/errors'

/** `offline`: not sent, or no answer can come any more. `timeout`: no answer within the time limit. */
export class SocketError extends Error {
  readonly code: ErrorCode | 'offline' | 'timeout'

  constructor(code: SocketError['code'], message: string) {
    super(message)
    this.name = 'SocketError'
    this.code = code
  }
}

export const offline = () => new SocketError('offline', 'The connection to the server is lost just now.')
