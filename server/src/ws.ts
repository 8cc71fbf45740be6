/** `/ws`: who may open a socket, which sockets are open here, and telling people on whichever server they are. */
import { closeCode, maxFrameBytes, subprotocol } from '@peerlearn/contract/channel'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { WebSocketServer, type WebSocket } from 'ws'
import { signedOut } from './auth/access-tokens.ts'
import { findLogins, loginChannel } from './auth/logins.ts'
import { takeTicket } from './auth/tickets.ts'
import type { Bus } from './bus.ts'
import type { Config } from './config.ts'
import type { Db } from './db.ts'
import type { Who } from './http.ts'
import { isOwnOrigin, ownHost } from './origin.ts'
import type { ClientSocket, Guards, MessageHandlers, Tell } from './sockets.ts'
import { createAnswer } from './ws-answer.ts'
import { Connection } from './ws-connection.ts'

/**
 * How old our knowledge of a person may be. One query a round refreshes everybody's, so a login that has ended (or
 * a role that changed) takes effect within this time even when the bus lost the news.
 */
const whoMs = 3_000
/** Of one person on one server. The oldest makes room for the newest: it is the forgotten tab or the lost connection. */
const socketsAPerson = 5
const closingMs = 1_000
/** From one socket's end to the next when the server stops, so that not all come back at once; together at most so long. */
const apartMs = 20
const spreadMs = 1_500

const personChannel = (userId: string) => `user:${userId}`

/** Tells through the bus: every server gives it to the sockets that it has of that person. */
export const createTell = (bus: Bus): Tell => {
  const person: Tell['person'] = (userId, event, data) => bus.publish(personChannel(userId), { event, data })
  return {
    person,
    people: (userIds, event, data) => {
      for (const userId of new Set(userIds)) person(userId, event, data)
    },
  }
}

interface SocketsDeps {
  config: Config
  db: Db
  bus: Bus
  log: Logger
  now: () => Date
  handlers: MessageHandlers
  guards: Guards
  /** A person's first socket on this server has opened, their last one has closed. */
  onCame(userId: string): void
  onWent(userId: string): void
  heartbeatMs?: number
}

export class Sockets {
  readonly #deps: SocketsDeps
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: maxFrameBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })
  readonly #people = new Map<string, { sockets: Set<Connection>; stopHearing: () => void }>()
  readonly #answer: ReturnType<typeof createAnswer>
  readonly #timers: NodeJS.Timeout[]
  #closing = false

  constructor(deps: SocketsDeps) {
    this.#deps = deps
    this.#answer = createAnswer({ ...deps, whoNow: (socket) => this.#whoNow(socket) })
    this.#timers = [
      setInterval(() => this.#beat(), deps.heartbeatMs ?? 25_000).unref(),
      setInterval(() => void this.#refreshPeople(), whoMs).unref(),
    ]
  }

  /** For the HTTP server's `upgrade`: everything that can be refused is refused before there is a socket. */
  upgrade(req: IncomingMessage, raw: Duplex, head: Buffer): void {
    raw.on('error', () => raw.destroy())
    const [path] = (req.url ?? '').split('?')
    if (path !== '/ws') return refuse(raw, '404 Not Found')
    if (!isOwnOrigin(this.#deps.config, req)) return refuse(raw, '403 Forbidden')
    if (this.#closing) return refuse(raw, '503 Service Unavailable')
    this.#identify(req).then(
      (who) => this.#server.handleUpgrade(req, raw, head, (ws) => this.#admit(ws, who, req)),
      (error: unknown) => {
        this.#deps.log.error({ err: error }, 'a socket could not be opened')
        refuse(raw, '503 Service Unavailable')
      },
    )
  }

  /**
   * Tells one client after another to come back soon, so that they come to the next server apart, and cuts off those that
   * do not hang up. Who was not told yet goes on as before.
   */
  async close(): Promise<void> {
    this.#closing = true
    const open = [...this.#server.clients]
    const ended = open.map((ws) => new Promise<void>((done) => ws.once('close', () => done())))
    const sockets = this.#all()
    const apart = Math.min(apartMs, spreadMs / Math.max(1, sockets.length))
    for (const socket of sockets) {
      socket.close(closeCode.restart, 'restart')
      if (socket !== sockets.at(-1)) await sleep(apart)
    }
    for (const timer of this.#timers) clearInterval(timer)
    const timer = setTimeout(() => open.forEach((ws) => ws.terminate()), closingMs)
    await Promise.all(ended)
    clearTimeout(timer)
  }

  /** How many sockets this person has here. */
  countOf(userId: string): number {
    return this.#people.get(userId)?.sockets.size ?? 0
  }

  #all(): Connection[] {
    return [...this.#people.values()].flatMap(({ sockets }) => [...sockets])
  }

  async #identify(req: IncomingMessage): Promise<Who | undefined> {
    const offered = (req.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    const ticket = offered.find((name) => name.startsWith('ticket.'))?.slice('ticket.'.length)
    if (!ticket || !offered.includes(subprotocol)) return undefined
    const loginId = await takeTicket(this.#deps.db, ticket)
    return loginId === undefined ? undefined : (await findLogins(this.#deps.db, [loginId])).get(loginId)
  }

  #admit(ws: WebSocket, who: Who | undefined, req: IncomingMessage): void {
    if (!who) {
      ws.on('error', () => undefined)
      return ws.close(closeCode.ticket, 'ticket-invalid')
    }
    const { config, now } = this.#deps
    const host = new URL(`http://${ownHost(config, req)}`).hostname
    const connection = new Connection({ ws, who, host, now: () => now().getTime(), answer: this.#answer })
    if (this.#closing) return connection.close(closeCode.restart, 'restart')
    const stopHearing = this.#deps.bus.subscribe(loginChannel(who.loginId), () => signOut(connection))
    connection.onClose(() => {
      stopHearing()
      this.#remove(connection)
    })
    this.#add(connection)
  }

  #add(connection: Connection): void {
    const { userId } = connection.who
    const person = this.#people.get(userId) ?? this.#welcome(userId)
    person.sockets.add(connection)
    const [oldest] = person.sockets
    if (person.sockets.size > socketsAPerson) oldest?.close(closeCode.tooMany, 'too-many-sockets')
  }

  #welcome(userId: string) {
    const sockets = new Set<Connection>()
    const stopHearing = this.#deps.bus.subscribe(personChannel(userId), (notice) => {
      const text = JSON.stringify(notice)
      for (const socket of sockets) socket.sendText(text)
    })
    const person = { sockets, stopHearing }
    this.#people.set(userId, person)
    this.#deps.onCame(userId)
    return person
  }

  #remove(connection: Connection): void {
    const { userId } = connection.who
    const person = this.#people.get(userId)
    if (!person?.sockets.delete(connection) || person.sockets.size > 0) return
    person.stopHearing()
    this.#people.delete(userId)
    this.#deps.onWent(userId)
  }

  async #whoNow(socket: ClientSocket): Promise<Who> {
    const connection = socket as Connection // every socket here is one
    if (this.#deps.now().getTime() - connection.whoAt > whoMs) await this.#refresh([connection])
    if (connection.closed) throw signedOut()
    return connection.who
  }

  async #refresh(connections: Connection[]): Promise<void> {
    const at = this.#deps.now().getTime()
    const loginIds = [...new Set(connections.map(({ who }) => who.loginId))]
    const found = await findLogins(this.#deps.db, loginIds)
    for (const connection of connections) {
      const who = found.get(connection.who.loginId)
      if (!who) signOut(connection)
      else Object.assign(connection, { who, whoAt: at })
    }
  }

  async #refreshPeople(): Promise<void> {
    const open = this.#all()
    if (open.length === 0) return
    // Without a database nobody is refreshed, and messages are refused until it is back.
    await this.#refresh(open).catch((error: unknown) =>
      this.#deps.log.warn({ err: error }, 'logins not read'),
    )
  }

  #beat(): void {
    for (const socket of this.#all())
      if (socket.unanswered >= 2) {
        socket.close(closeCode.silent, 'silent')
        socket.terminate()
      } else socket.ping()
  }
}

const signOut = (connection: Connection) => connection.close(closeCode.signedOut, 'signed-out')

function refuse(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
