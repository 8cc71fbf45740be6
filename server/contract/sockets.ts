/** What a client asks of its socket for the socket's own sake. */
import { z } from 'zod'
import { nothing } from './base.ts'

export const socketMessages = {
  /**
   * A ticket that opens the next socket after this one without a request by HTTP: of the same login, single use, kept
   * until then in memory alone. The newest of a socket makes its earlier ones void, as does the login's end. Asked for
   * after each opening, and again before `seconds` are over.
   */
  'socket.ticket': {
    access: 'signed-in' as const,
    input: nothing,
    output: z.strictObject({ ticket: z.string(), seconds: z.number().int().positive() }),
  },
}
