/** From a request frame to its answer: known method, live login, access, input, handler. A table, never a switch. */
import type { AnswerFrame, RequestFrame } from '@peerlearn/contract/channel'
import { closeCode } from '@peerlearn/contract/channel'
import { clientMessages, type ClientMethod } from '@peerlearn/contract/client-channel'
import { AppError, type ErrorBody } from '@peerlearn/contract/errors'
import type { MessageAccess } from '@peerlearn/contract/rooms'
import type { Logger } from 'pino'
import { authorise, inputDetails, type Who } from './http.ts'
import { withRequest } from './log.ts'
import type { ClientSocket, Guards, MessageHandlers } from './sockets.ts'

interface Dispatch {
  handlers: MessageHandlers
  guards: Guards
  log: Logger
  /** The person as the database knows them now. @throws AppError `signed-out` */
  whoNow: (socket: ClientSocket) => Promise<Who>
}

type LooseHandler = (heard: { socket: ClientSocket; who: Who; data: unknown }) => Promise<unknown>

const isMethod = (name: string): name is ClientMethod => Object.hasOwn(clientMessages, name)

export function createAnswer({ handlers, guards, log, whoNow }: Dispatch) {
  const admit = async (access: MessageAccess, heard: { socket: ClientSocket; who: Who; data: unknown }) => {
    if (access === 'signed-in' || access === 'admin') authorise(access, heard.who)
    else await guards[access](heard)
  }

  const handle = async (socket: ClientSocket, method: ClientMethod, data: unknown): Promise<unknown> => {
    const who = await whoNow(socket)
    const { access, input } = clientMessages[method]
    const parsed = input.safeParse(data)
    if (!parsed.success)
      throw new AppError('bad-input', 'This message can’t be used as it is.', inputDetails(parsed.error))
    const heard = { socket, who, data: parsed.data }
    await admit(access, heard)
    return (handlers[method] as LooseHandler)(heard) // what its own input schema parsed
  }

  return async (socket: ClientSocket, { id, method, data }: RequestFrame): Promise<AnswerFrame> => {
    const requestId = `${socket.id}/${id}`
    try {
      if (!isMethod(method)) {
        socket.close(closeCode.protocol, 'unknown-method')
        throw new AppError('bad-input', 'There is no such message.')
      }
      return { id, ok: true, data: await withRequest(requestId, () => handle(socket, method, data ?? {})) }
    } catch (error) {
      return { id, ok: false, error: toBody(error, requestId, method, log) }
    }
  }
}

function toBody(error: unknown, requestId: string, method: string, log: Logger): ErrorBody {
  if (error instanceof AppError) return error.toBody()
  log.error({ err: error, requestId, method }, 'message failed')
  return { code: 'internal-error', message: `Something broke on our side (${requestId}).` }
}
