/** From a request frame to its answer: known method, live login, access, input, handler. A table, never a switch. */
import type { AnswerFrame, RequestFrame } from '@peerlearn/contract/channel'
import { closeCode } from '@peerlearn/contract/channel'
import { clientMessages, type ClientMethod } from '@peerlearn/contract/client-channel'
import { AppError, type ErrorBody } from '@peerlearn/contract/errors'
import type { MessageAccess } from '@peerlearn/contract/rooms'
import type { Logger } from 'pino'
import { isAway, notReady } from './db.ts'
import { authorise, inputDetails, type Who } from './http.ts'
import { LastChecks } from './last-checks.ts'
import { withRequest } from './log.ts'
import type { ClientSocket, Guards, MessageHandlers } from './sockets.ts'

interface Dispatch {
  handlers: MessageHandlers
  guards: Guards
  log: Logger
  now: () => Date
  /** The person as the database knows them now. @throws AppError `signed-out` */
  whoNow: (socket: ClientSocket) => Promise<Who>
}

type LooseHandler = (heard: { socket: ClientSocket; who: Who; data: unknown }) => Promise<unknown>

const isMethod = (name: string): name is ClientMethod => Object.hasOwn(clientMessages, name)

export function createAnswer({ handlers, guards, log, now, whoNow }: Dispatch) {
  const checks = new LastChecks()
  const admit = async (access: MessageAccess, heard: { socket: ClientSocket; who: Who; data: unknown }) => {
    authorise(access, heard.who, now())
    if (access !== 'signed-in' && access !== 'admin') await guards[access](heard)
    return true
  }

  const handle = async (socket: ClientSocket, method: ClientMethod, data: unknown): Promise<unknown> => {
    const { access, input } = clientMessages[method]
    // The login first: who is signed out learns nothing, not even whether the input was right.
    const signedIn = await checks.unlessAway(socket, method, () => whoNow(socket))
    const parsed = input.safeParse(data)
    if (!parsed.success)
      throw new AppError('bad-input', 'This message can’t be used as it is.', inputDetails(parsed.error))
    const heard = { socket, who: signedIn ?? socket.who, data: parsed.data }
    const admitted = signedIn && (await checks.unlessAway(socket, method, () => admit(access, heard)))
    if (admitted && (access === 'in-room' || access === 'room-mentor')) checks.passed(socket)
    const answer = await (handlers[method] as LooseHandler)(heard) // what its own input schema parsed
    if (method === 'room.join') checks.passed(socket)
    return answer
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
  if (isAway(error)) return notReady().toBody()
  log.error({ err: error, requestId, method }, 'message failed')
  return { code: 'internal-error', message: `Something broke on our side (${requestId}).` }
}
