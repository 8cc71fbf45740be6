/** What an open socket asks for to be opened again. */
import { notReady, type Db } from '../db.ts'
import { inTime, tooLate } from '../last-checks.ts'
import type { MessageHandlers } from '../sockets.ts'
import { giveReconnectTicket } from './tickets.ts'

export const createAuthMessages = (db: Db): MessageHandlers<'socket.ticket'> => ({
  'socket.ticket': ({ socket, who }) =>
    inTime(giveReconnectTicket(db, { loginId: who.loginId, socketId: socket.id })).catch((error: unknown) => {
      throw error === tooLate ? notReady() : error
    }),
})
